package dev.weir.tls;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A list of cipher suites in OpenSSL's syntax, or one of PgBouncer's names for such a list. It is
 * evaluated here, for both providers: Java does not know the syntax, and BoringSSL supports only a
 * part of it.
 *
 * @see <a href="https://docs.openssl.org/3.0/man1/openssl-ciphers/">openssl ciphers</a>
 */
final class CipherString {
    private static final Set<String> AS_THE_LIBRARY_HAS_IT =
            Set.of("default", "secure", "fast", "normal", "");

    private final List<CipherSuite> known;
    private final List<CipherSuite> chosen = new ArrayList<>();
    private final Set<CipherSuite> banned = new LinkedHashSet<>();
    private final Set<String> unknown = new LinkedHashSet<>();

    private CipherString(List<CipherSuite> known) {
        this.known = known;
    }

    /** Whether the text leaves the choice to the TLS library. */
    static boolean isDefault(String text) {
        return AS_THE_LIBRARY_HAS_IT.contains(text);
    }

    /**
     * Evaluates {@code text}.
     *
     * @param known the suites that the library supports, up to TLS 1.2, in its own order
     * @throws InvalidTls if nothing is left
     */
    static CipherString of(String text, List<CipherSuite> known) throws InvalidTls {
        var result = new CipherString(known);
        for (String term : (text.equals("all") ? "ALL" : text).split("[:, ]+", 0)) {
            if (!term.isEmpty()) {
                result.apply(term);
            }
        }
        if (result.chosen.isEmpty()) {
            throw new InvalidTls(
                    "\"" + text + "\" (expected: at least one suite that the TLS library has)");
        }
        return result;
    }

    private void apply(String term) {
        char first = term.charAt(0);
        if (first == '@') {
            if (term.equals("@STRENGTH")) {
                chosen.sort(Comparator.comparingInt(CipherSuite::bits).reversed());
            }
            return; // @SECLEVEL: the libraries used here have a level of their own
        }
        boolean isPlain = first != '!' && first != '-' && first != '+';
        List<CipherSuite> meant = select(isPlain ? term : term.substring(1));
        switch (first) {
            case '!' -> {
                banned.addAll(meant);
                chosen.removeAll(meant);
            }
            case '-' -> chosen.removeAll(meant);
            case '+' -> {
                List<CipherSuite> moved = chosen.stream().filter(meant::contains).toList();
                chosen.removeAll(moved);
                chosen.addAll(moved);
            }
            default -> {
                if (meant.isEmpty()) {
                    unknown.add(term);
                }
                for (CipherSuite suite : meant) {
                    if (!chosen.contains(suite) && !banned.contains(suite)) {
                        chosen.add(suite);
                    }
                }
            }
        }
    }

    /** The suites that all of the words, joined by +, select. */
    private List<CipherSuite> select(String term) {
        Predicate<CipherSuite> all = _ -> true;
        for (String word : term.split("\\+", 0)) {
            all =
                    all.and(suite ->
                            suite.openSslName().equals(word)
                                    || suite.name().equals(word)
                                    || suite.words().contains(word));
        }
        return known.stream().filter(all).toList();
    }

    List<CipherSuite> chosen() {
        return chosen;
    }

    /** The words that selected nothing, except for negations. */
    Set<String> unknown() {
        return unknown;
    }
}
