package dev.weir.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's error for a failed connection, in libpq's words. Netty, Java and pgjdbc
 * each wrap it in words of their own.
 */
public final class SystemError {
    /** Netty's text, such as {@code finishConnect(..) failed with error(-111): …}. */
    private static final Pattern NETTY =
            Pattern.compile("(?s).*failed with error\\(-?([0-9]+)\\): (.*)");

    /** The address that Netty appends to the text of a connection that could not be made. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?s)(.*?): (?:[^\\s/]*/[^\\s/]*:[0-9]+|/\\S+|@\\S+)");

    private SystemError() {}

    /** The error in {@code message}, Netty's or Java's, about a failed connection. */
    static String text(String message) {
        Matcher netty = NETTY.matcher(message);
        if (netty.matches()) {
            String known = ofLinux(netty.group(1));
            return known == null ? withoutAddress(netty.group(2)) : known;
        }
        return withoutAddress(message);
    }

    /** The error in {@code cause}, of a failed connection over Java's sockets; null if unknown. */
    public static @Nullable String of(@Nullable Throwable cause) {
        return switch (cause) {
            case SocketTimeoutException _ -> "timeout expired";
            case EOFException _ -> "server closed the connection unexpectedly";
            case IOException failure when failure.getMessage() != null ->
                    text(failure.getMessage());
            case null, default -> null;
        };
    }

    private static String withoutAddress(String text) {
        Matcher addressed = ADDRESS.matcher(text);
        return addressed.matches() ? addressed.group(1) : text;
    }

    /** The text of an error number, glibc's in English: the system's may be in another language. */
    private static @Nullable String ofLinux(String number) {
        return switch (number) {
            case "2" -> "No such file or directory";
            case "11" -> "Resource temporarily unavailable";
            case "13" -> "Permission denied";
            case "97" -> "Address family not supported by protocol";
            case "98" -> "Address already in use";
            case "99" -> "Cannot assign requested address";
            case "100" -> "Network is down";
            case "101" -> "Network is unreachable";
            case "103" -> "Software caused connection abort";
            case "104" -> "Connection reset by peer";
            case "110" -> "Connection timed out";
            case "111" -> "Connection refused";
            case "112" -> "Host is down";
            case "113" -> "No route to host";
            default -> null;
        };
    }
}
