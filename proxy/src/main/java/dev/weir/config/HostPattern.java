package dev.weir.config;

import java.util.Locale;

/** A host name in which {@code *.} may stand for the first label, but not for several. */
public final class HostPattern {
    private HostPattern() {}

    /** Whether {@code pattern} matches {@code host}, ignoring case. */
    public static boolean covers(String pattern, String host) {
        String name = pattern.toLowerCase(Locale.ROOT);
        String wanted = host.toLowerCase(Locale.ROOT);
        if (name.equals(wanted)) {
            return true;
        }
        int dot = wanted.indexOf('.');
        return name.startsWith("*.")
                && dot > 0
                && name.length() > 2
                && name.substring(1).equals(wanted.substring(dot));
    }
}
