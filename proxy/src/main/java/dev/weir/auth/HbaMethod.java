package dev.weir.auth;

import dev.weir.config.AuthType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a rule demands that a client authenticate. */
public enum HbaMethod {
    /** Not at all, for any user name; only as {@code auth_type}, not in a rule. */
    ANY("any", ""),
    /** Not at all; the user must be known. */
    TRUST("trust", "\"trust\""),
    /** The client is rejected. */
    REJECT("reject", ""),
    /** By a password in clear text. */
    PASSWORD("password", "password"),
    /** By an MD5 response, or by SCRAM if the user's secret is a SCRAM secret. */
    MD5("md5", "password"),
    /** By SCRAM-SHA-256, with channel binding over TLS if the client supports it. */
    SCRAM_SHA_256("scram-sha-256", "password"),
    /** By a TLS client certificate. */
    CERT("cert", "certificate"),
    /** By the operating system's user at the other end of a Unix socket. */
    PEER("peer", "Peer"),
    /** By a password that PAM checks. */
    PAM("pam", "PAM"),
    /** By a password that an LDAP server checks. */
    LDAP("ldap", "LDAP");

    /** PostgreSQL's methods that Weir does not support. */
    private static final List<String> FOREIGN =
            List.of("gss", "sspi", "ident", "radius", "bsd", "oauth", "krb5");

    private static final Set<HbaMethod> OF_RULES = EnumSet.range(TRUST, LDAP);

    private final String word;
    private final String title;

    HbaMethod(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** The method of {@code auth_type}, if it names one. */
    static HbaMethod of(AuthType type) {
        return switch (type) {
            case ANY -> ANY;
            case TRUST -> TRUST;
            case PLAIN -> PASSWORD;
            case MD5 -> MD5;
            case CERT -> CERT;
            case LDAP -> LDAP;
            case PAM -> PAM;
            case SCRAM_SHA_256 -> SCRAM_SHA_256;
            case HBA -> throw new IllegalArgumentException("hba is the method of a rule");
        };
    }

    /**
     * The method with the name {@code word} in a file.
     *
     * @throws IllegalArgumentException whose message is fit for the operator
     */
    static HbaMethod of(HbaToken word, boolean isLocal) {
        String name = word.text();
        if (name.equals("plain")) {
            return PASSWORD;
        }
        if (name.equals("ident") && isLocal) {
            return PEER; // as in PostgreSQL
        }
        @Nullable HbaMethod method =
                OF_RULES.stream().filter(m -> m.word.equals(name)).findAny().orElse(null);
        if (method == null) {
            String what = FOREIGN.contains(name) ? "not supported" : "no such method";
            throw new IllegalArgumentException(
                    "method " + word.shown() + ": " + what + " (expected: " + words() + ")");
        }
        return method;
    }

    private static String words() {
        return String.join(", ", OF_RULES.stream().map(m -> m.word).toList());
    }

    /** Its name in a file. */
    public String word() {
        return word;
    }

    /** Its name in PostgreSQL's errors. */
    public String title() {
        return title;
    }
}
