package dev.weir.auth;

import dev.weir.config.AuthType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a rule wants a client to prove who it is. */
public enum HbaMethod {
    /** Not at all, whoever it says that it is: as {@code auth_type} only, not in a rule. */
    ANY("any", ""),
    /** Not at all; the user must be known. */
    TRUST("trust", "\"trust\""),
    /** The client is sent away. */
    REJECT("reject", ""),
    /** By its password in clear text. */
    PASSWORD("password", "password"),
    /** By an MD5 response, or by SCRAM where the secret of the user is a SCRAM secret. */
    MD5("md5", "password"),
    /** By SCRAM-SHA-256, over TLS bound to the connection if the client can. */
    SCRAM_SHA_256("scram-sha-256", "password"),
    /** By a TLS client certificate. */
    CERT("cert", "certificate"),
    /** By the operating system's user at the other end of a Unix socket. */
    PEER("peer", "Peer"),
    /** By its password, which PAM checks. */
    PAM("pam", "PAM"),
    /** By its password, which an LDAP server checks. */
    LDAP("ldap", "LDAP");

    /** PostgreSQL's methods that Weir does not have. */
    private static final List<String> FOREIGN =
            List.of("gss", "sspi", "ident", "radius", "bsd", "oauth", "krb5");

    private static final Set<HbaMethod> OF_RULES = EnumSet.range(TRUST, LDAP);

    private final String word;
    private final String title;

    HbaMethod(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /** That of {@code auth_type}, where it names one. */
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
     * The method that a file calls {@code word}.
     *
     * @throws IllegalArgumentException whose message is fit for the operator
     */
    static HbaMethod of(HbaToken word, boolean isLocal) {
        String name = word.text();
        if (name.equals("plain")) {
            return PASSWORD;
        }
        if (name.equals("ident") && isLocal) {
            return PEER; // as PostgreSQL
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

    /** As a file calls it. */
    public String word() {
        return word;
    }

    /** As PostgreSQL's errors call it. */
    public String title() {
        return title;
    }
}
