package dev.weir.auth;

import dev.weir.net.Origin;

/** An external service that can tell whether a password is right. Never prints one. */
interface PasswordCheck {
    /** For the methods that do not ask one. */
    PasswordCheck NONE = (_, _, _) -> false;

    /**
     * Asks, and blocks. A service that cannot be asked accepts nothing; the log says why.
     *
     * @param password not empty
     */
    boolean accepts(String user, String password, Origin origin);
}
