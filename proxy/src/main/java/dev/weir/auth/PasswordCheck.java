package dev.weir.auth;

import dev.weir.net.Origin;

/** Somebody outside who can tell whether a password is right. Never prints one. */
interface PasswordCheck {
    /** For the methods that ask nobody. */
    PasswordCheck NONE = (_, _, _) -> false;

    /**
     * Asks, and blocks. Who cannot be asked accepts nothing; the log says why.
     *
     * @param password not empty
     */
    boolean accepts(String user, String password, Origin origin);
}
