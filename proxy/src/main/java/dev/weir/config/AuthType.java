package dev.weir.config;

/** How clients authenticate. */
public enum AuthType {
    /** No authentication; the user name is ignored, so every database entry must force a user. */
    ANY,
    /** No authentication, but the user must be listed in the users file. */
    TRUST,
    /** A password in clear text. */
    PLAIN,
    /** An MD5 response, or SCRAM where the stored secret of the user is a SCRAM verifier. */
    MD5,
    /** A TLS client certificate. */
    CERT,
    /** Whatever the first matching line of auth_hba_file says. */
    HBA,
    /** An LDAP server. */
    LDAP,
    /** PAM. */
    PAM,
    /** SCRAM-SHA-256. */
    SCRAM_SHA_256
}
