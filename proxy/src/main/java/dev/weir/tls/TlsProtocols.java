package dev.weir.tls;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A list of TLS versions, in PgBouncer's words. */
final class TlsProtocols {
    private static final List<String> ALL = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");
    private static final List<String> SECURE = List.of("TLSv1.2", "TLSv1.3");

    private TlsProtocols() {}

    /**
     * Returns Java's names of the versions, in order.
     *
     * @param text words separated by commas or colons; {@code !} removes a version
     */
    static List<String> parse(String text) throws InvalidTls {
        Set<String> chosen = new LinkedHashSet<>();
        for (String term : text.toLowerCase(Locale.ROOT).split("[,: ]+", 0)) {
            boolean away = term.startsWith("!");
            List<String> meant = meant(away ? term.substring(1) : term, text);
            if (away) {
                chosen.removeAll(meant);
            } else {
                chosen.addAll(meant);
            }
        }
        if (chosen.isEmpty()) {
            throw invalid(text);
        }
        return ALL.stream().filter(chosen::contains).toList();
    }

    private static List<String> meant(String word, String text) throws InvalidTls {
        return switch (word) {
            case "all", "legacy", "tlsv1" -> ALL;
            case "secure", "default", "" -> SECURE;
            case "tlsv1.0" -> List.of("TLSv1");
            case "tlsv1.1" -> List.of("TLSv1.1");
            case "tlsv1.2" -> List.of("TLSv1.2");
            case "tlsv1.3" -> List.of("TLSv1.3");
            default -> throw invalid(text);
        };
    }

    private static InvalidTls invalid(String text) {
        return new InvalidTls(
                "\""
                        + text
                        + "\" (expected: secure, all, or tlsv1.0, tlsv1.1, tlsv1.2, tlsv1.3 with"
                        + " commas between)");
    }

    /** Whether all of them are versions that use the key only for signatures. */
    static boolean areModern(List<String> protocols) {
        return SECURE.containsAll(protocols);
    }
}
