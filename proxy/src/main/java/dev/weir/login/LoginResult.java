package dev.weir.login;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import java.util.Locale;

/** How an attempt to log in ended. */
public enum LoginResult {
    /** The client is in. */
    OK,
    /** It has not proved who it is, or may not come from there. */
    AUTHENTICATION,
    /** There is no such database. */
    NO_DATABASE,
    /** A limit is reached. */
    LIMIT,
    /** {@code client_login_timeout} has passed. */
    TIMEOUT,
    /** The handshake has failed. */
    TLS,
    /** What it sent is no login, or not one that can be understood. */
    PROTOCOL,
    /** Something that the login needs is not there: the process is about to end, for example. */
    UNAVAILABLE,
    /** The connection was closed before, as probes of ports do. */
    LEFT,
    /** A request to the operations port had a wrong name or password. */
    HTTP_REFUSED;

    private static final Refusal LATE = ProxyError.LOGIN_TIMEOUT.refusal();

    /** How the attempt of a refused client ended. */
    static LoginResult of(Refusal why) {
        return switch (why.sqlState().substring(0, 2)) {
            case "28" -> AUTHENTICATION;
            case "3D" -> NO_DATABASE;
            case "53" -> LIMIT;
            case "57", "58", "XX" -> UNAVAILABLE;
            default -> why.equals(LATE) ? TIMEOUT : PROTOCOL;
        };
    }

    /** Its name for monitoring systems. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
