package dev.weir.tls;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cipher suite under both of its names, and the words that select it in OpenSSL's cipher strings.
 *
 * @param name the IANA's name, which Java uses, too: {@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}
 * @param openSslName such as {@code ECDHE-RSA-AES128-GCM-SHA256}
 * @param words such as {@code ECDHE}, {@code AESGCM}, {@code HIGH}
 * @param bits the strength of its cipher
 * @see <a href="https://docs.openssl.org/3.0/man1/openssl-ciphers/">openssl ciphers</a>
 */
record CipherSuite(String name, String openSslName, Set<String> words, int bits) {
    private static final String WITH = "_WITH_";

    /** Whether it belongs to TLS 1.3, whose suites do not name a key exchange. */
    boolean isOfTls13() {
        return !name.contains(WITH);
    }

    /** Returns the suite; null if it is not from a family that PostgreSQL's clients use. */
    static @Nullable CipherSuite of(String name) {
        int with = name.indexOf(WITH);
        if (with < 0) {
            boolean isSuite = name.startsWith("TLS_AES_") || name.startsWith("TLS_CHACHA20_");
            return isSuite ? new CipherSuite(name, name, Set.of(), bits(name)) : null;
        }
        String exchange = name.substring(name.indexOf('_') + 1, with);
        String cipher = name.substring(with + WITH.length());
        Set<String> words = new HashSet<>(Set.of("ALL"));
        String first = exchange(exchange, words);
        if (first == null || !cipher(cipher, words)) {
            return null;
        }
        return new CipherSuite(name, first + cipherName(cipher), Set.copyOf(words), bits(cipher));
    }

    private static @Nullable String exchange(String exchange, Set<String> words) {
        switch (exchange) {
            case "RSA" -> words.addAll(Set.of("kRSA", "aRSA", "RSA"));
            case "ECDHE_RSA" ->
                    words.addAll(Set.of("kECDHE", "kEECDH", "ECDHE", "EECDH", "aRSA", "RSA"));
            case "ECDHE_ECDSA" ->
                    words.addAll(Set.of("kECDHE", "kEECDH", "ECDHE", "EECDH", "aECDSA", "ECDSA"));
            case "DHE_RSA" ->
                    words.addAll(Set.of("kDHE", "kEDH", "DHE", "EDH", "DH", "aRSA", "RSA"));
            default -> {
                return null; // anonymous, static and pre-shared keys, Kerberos
            }
        }
        return exchange.equals("RSA") ? "" : exchange.replace('_', '-') + '-';
    }

    private static boolean cipher(String cipher, Set<String> words) {
        if (cipher.startsWith("AES_")) {
            words.addAll(Set.of("AES", cipher.startsWith("AES_128") ? "AES128" : "AES256"));
        } else if (cipher.startsWith("CHACHA20")) {
            words.add("CHACHA20");
        } else if (cipher.startsWith("3DES")) {
            words.addAll(Set.of("3DES", "MEDIUM"));
        } else {
            return false;
        }
        if (!words.contains("MEDIUM")) {
            words.add("HIGH");
            words.add("DEFAULT");
        }
        boolean isAead = cipher.contains("_GCM_") || cipher.startsWith("CHACHA20");
        if (cipher.contains("_GCM_")) {
            words.add("AESGCM");
        } else if (cipher.contains("_CCM")) {
            words.add("AESCCM");
        }
        if (cipher.endsWith("_SHA")) {
            words.addAll(Set.of("SHA", "SHA1", "SSLv3", "TLSv1", "TLSv1.0"));
        } else {
            words.add("TLSv1.2");
            if (!isAead) {
                words.add(cipher.substring(cipher.lastIndexOf('_') + 1));
            }
        }
        return true;
    }

    private static String cipherName(String cipher) {
        if (cipher.startsWith("CHACHA20")) {
            return "CHACHA20-POLY1305";
        }
        if (cipher.startsWith("3DES")) {
            return "DES-CBC3-SHA";
        }
        return cipher.replaceFirst("^AES_(\\d+)", "AES$1").replace("_CBC_", "-").replace('_', '-');
    }

    private static int bits(String cipher) {
        String upper = cipher.toUpperCase(Locale.ROOT);
        return upper.contains("3DES") ? 112 : upper.contains("AES_128") ? 128 : 256;
    }

    /** The name by which PostgreSQL and PgBouncer show the suite with this Java name. */
    static String shown(String name) {
        CipherSuite suite = of(name);
        return suite == null ? name : suite.openSslName;
    }
}
