package dev.weir.admin;

import dev.weir.error.ProxyError;

/** A command that cannot be carried out; nothing has changed. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final ProxyError error;

    Refused(ProxyError error, Object... blanks) {
        super(error.message(blanks), null, false, false);
        this.error = error;
    }

    public ProxyError error() {
        return error;
    }
}
