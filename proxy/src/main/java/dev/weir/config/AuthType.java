package dev.weir.config;

/** How a client proves who it is. */
public enum AuthType {
    /** Not at all, and its user name does not matter: every database entry forces a user. */
    ANY,
    /** Not at all, but the user must be in the users file. */
    TRUST,
    /** By its password in clear text. */
    PLAIN,
    /** By an MD5 response, or by SCRAM where the secret of the user is a SCRAM verifier. */
    MD5,
    /** By a TLS client certificate. */
    CERT,
    /** As the first matching line of auth_hba_file says. */
    HBA,
    /** By an LDAP server. */
    LDAP,
    /** By PAM. */
    PAM,
    /** By SCRAM-SHA-256. */
    SCRAM_SHA_256
}
