package dev.weir.login;

import dev.weir.auth.Demand;

/** On what terms a client may come in, before anybody knows whether its user exists. */
public sealed interface Terms {
    /** It needs neither a proof nor a place. */
    record Trusted() implements Terms {}

    /** It must prove who it is. */
    record Prove(Demand demand) implements Terms {}

    /** Its certificate, which is the proof that is demanded, does not fit. */
    record Disproved(Demand demand) implements Terms {}
}
