package dev.weir.auth;

import dev.weir.config.Names;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options at the end of a rule.
 *
 * @param map the ident map that says which external names may be which users; null if they must be
 *     equal
 * @param certificate what is demanded of a client certificate in addition to the method
 * @param isNamedByDn whether the name in a certificate is its whole subject instead of its common
 *     name
 * @param pamService the PAM service, a file in /etc/pam.d
 * @param ldap for the method ldap only
 */
record HbaOptions(
        @Nullable String map,
        Certificate certificate,
        boolean isNamedByDn,
        String pamService,
        @Nullable LdapOptions ldap) {

    /** PgBouncer's. */
    static final String PAM_SERVICE = "pgbouncer";

    /** The options of {@code auth_type}. */
    static HbaOptions ofType(HbaMethod method, @Nullable LdapOptions ldap) {
        Certificate certificate = method == HbaMethod.CERT ? Certificate.NAMED : Certificate.NONE;
        return new HbaOptions(null, certificate, false, PAM_SERVICE, ldap);
    }

    /** Whether the client must show a certificate, whatever the method. */
    enum Certificate {
        NONE,
        /** A valid one. */
        VALID,
        /** A valid one that contains the user's name. */
        NAMED
    }

    private static final Set<String> OWN =
            Set.of("map", "clientcert", "clientname", "pamservice", "pam_use_hostname");
    private static final Set<String> FOREIGN =
            Set.of(
                    "krb_realm",
                    "include_realm",
                    "compat_realm",
                    "upn_username",
                    "radiusservers",
                    "radiussecrets",
                    "radiusports",
                    "radiusidentifiers",
                    "issuer",
                    "scope",
                    "validator",
                    "delegate_ident_mapping");

    /** Reads the words after the method; errors are passed to {@code wrong}. */
    static HbaOptions of(
            List<HbaToken> words, HbaMethod method, boolean isTlsOnly, Consumer<String> wrong) {
        Map<String, String> options = split(words, wrong);
        Map<String, String> ldap = new LinkedHashMap<>();
        for (Map.Entry<String, String> option : options.entrySet()) {
            String name = option.getKey();
            String misplaced = misplaced(name, method, isTlsOnly);
            if (misplaced != null) {
                wrong.accept(misplaced);
            } else if (LdapOptions.NAMES.contains(name)) {
                ldap.put(name, option.getValue());
            }
        }
        if ("1".equals(options.get("pam_use_hostname"))) {
            wrong.accept(
                    "pam_use_hostname: not supported, as Weir does not look up the names of clients"
                            + " (expected: 0)");
        }
        return new HbaOptions(
                options.get("map"),
                certificate(options.get("clientcert"), method, wrong),
                isNamedByDn(options.get("clientname"), wrong),
                options.getOrDefault("pamservice", PAM_SERVICE),
                method == HbaMethod.LDAP ? LdapOptions.of(ldap, wrong) : null);
    }

    static Map<String, String> split(List<HbaToken> words, Consumer<String> wrong) {
        Map<String, String> options = new LinkedHashMap<>();
        for (HbaToken word : words) {
            int equals = word.text().indexOf('=');
            if (equals <= 0) {
                // It could be the rest of a password that contains a space.
                wrong.accept("an option without a name (expected: name=value or \"name=value\")");
            } else {
                String name = word.text().substring(0, equals);
                options.remove(name); // the last one counts, also in order
                options.put(name, word.text().substring(equals + 1));
            }
        }
        return options;
    }

    private static @Nullable String misplaced(String name, HbaMethod method, boolean isTlsOnly) {
        Set<HbaMethod> methods =
                switch (name) {
                    case "map" -> EnumSet.of(HbaMethod.PEER, HbaMethod.CERT);
                    case "pamservice", "pam_use_hostname" -> EnumSet.of(HbaMethod.PAM);
                    case "clientcert", "clientname" -> EnumSet.allOf(HbaMethod.class);
                    default -> EnumSet.of(HbaMethod.LDAP);
                };
        if (FOREIGN.contains(name)) {
            return name + ": belongs to a method of PostgreSQL that Weir does not have";
        }
        if (!OWN.contains(name) && !LdapOptions.NAMES.contains(name)) {
            List<String> known = new ArrayList<>(OWN);
            known.addAll(LdapOptions.NAMES);
            String nearest = Names.nearest(name, known);
            return "unknown option \""
                    + name.replaceAll("\\p{Cntrl}", "?")
                    + '"'
                    + (nearest == null ? "" : " (did you mean " + nearest + "?)");
        }
        if (!methods.contains(method)) {
            return name
                    + ": has no meaning with "
                    + method.word()
                    + " (expected with: "
                    + String.join(", ", methods.stream().map(HbaMethod::word).toList())
                    + ")";
        }
        boolean isOfTls = name.equals("clientcert") || name.equals("clientname");
        return isOfTls && !isTlsOnly ? name + ": only with hostssl" : null;
    }

    private static Certificate certificate(
            @Nullable String text, HbaMethod method, Consumer<String> wrong) {
        boolean isCert = method == HbaMethod.CERT;
        switch (text) {
            case null -> {}
            case "verify-full" -> {
                return Certificate.NAMED;
            }
            case "verify-ca" -> {
                if (isCert) {
                    wrong.accept(
                            "clientcert: \"verify-ca\" with the method cert (expected: none or"
                                    + " verify-full, which cert implies)");
                }
                return Certificate.VALID;
            }
            default ->
                    wrong.accept(
                            "clientcert: \"" + text + "\" (expected: verify-ca or verify-full)");
        }
        return isCert ? Certificate.NAMED : Certificate.NONE;
    }

    private static boolean isNamedByDn(@Nullable String text, Consumer<String> wrong) {
        if (text != null && !text.equals("CN") && !text.equals("DN")) {
            wrong.accept("clientname: \"" + text + "\" (expected: CN or DN)");
        }
        return "DN".equals(text);
    }
}
