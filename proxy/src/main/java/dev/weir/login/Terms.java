package dev.weir.login;

import dev.weir.auth.Demand;

/** What a client needs to come in, decided before it is known whether its user exists. */
public sealed interface Terms {
    /** It needs neither a proof nor a place. */
    record Trusted() implements Terms {}

    /** It must prove who it is. */
    record Prove(Demand demand) implements Terms {}

    /** Its certificate, which is the proof that is demanded, does not fit. */
    record Disproved(Demand demand) implements Terms {}
}
