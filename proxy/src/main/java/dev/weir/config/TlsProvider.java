package dev.weir.config;

/** What speaks TLS. */
public enum TlsProvider {
    /** BoringSSL where it loads, else Java's own. */
    AUTO,
    /** BoringSSL, through netty-tcnative. */
    OPENSSL,
    /** Java's own: the slower one, which loads everywhere. */
    JSSE
}
