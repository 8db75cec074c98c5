package dev.weir.auth;

import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What OpenLDAP's {@code ldap.conf} says of TLS: PgBouncer obeys it, since its library does.
 *
 * @param authorities a file with certificates in PEM form; empty if it names none
 * @param verifies whether it leaves the verification of certificates on
 */
record LdapConf(String authorities, boolean verifies) {
    /** Where distributions keep it, if {@code LDAPCONF} names no other. */
    static final List<Path> USUAL =
            List.of(Path.of("/etc/ldap/ldap.conf"), Path.of("/etc/openldap/ldap.conf"));

    private static final LdapConf NONE = new LdapConf("", true);

    /** Reads the file, and the variables that take precedence over it. */
    static LdapConf read(Map<String, String> environment, List<Path> usual) {
        String named = environment.getOrDefault("LDAPCONF", "");
        LdapConf conf = NONE;
        for (Path file : named.isEmpty() ? usual : List.of(Path.of(named))) {
            if (Files.isReadable(file)) {
                conf = parse(text(file));
                break;
            }
        }
        String authorities = environment.getOrDefault("LDAPTLS_CACERT", conf.authorities);
        String requires = environment.get("LDAPTLS_REQCERT");
        return new LdapConf(authorities, requires == null ? conf.verifies : isStrict(requires));
    }

    private static String text(Path file) {
        try {
            return TextFile.read(file);
        } catch (IOException _) {
            return ""; // as the library has it
        }
    }

    static LdapConf parse(String text) {
        String authorities = "";
        boolean verifies = true;
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+", 2);
            if (words.length == 2) {
                switch (words[0].toUpperCase(Locale.ROOT)) {
                    case "TLS_CACERT" -> authorities = words[1];
                    case "TLS_REQCERT" -> verifies = isStrict(words[1]);
                    default -> {}
                }
            }
        }
        return new LdapConf(authorities, verifies);
    }

    private static boolean isStrict(String word) {
        return word.equalsIgnoreCase("demand") || word.equalsIgnoreCase("hard");
    }
}
