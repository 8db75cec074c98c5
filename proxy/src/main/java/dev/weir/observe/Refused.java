package dev.weir.observe;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;

/** An operation cannot be carried out; nothing has changed. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refusal why;

    Refused(ProxyError error, Object... blanks) {
        this(error.refusal(blanks));
    }

    private Refused(Refusal why) {
        super(why.text(), null, false, false);
        this.why = why;
    }

    public Refusal why() {
        return why;
    }
}
