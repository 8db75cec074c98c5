package dev.weir.config;

/** The implementation of TLS. */
public enum TlsProvider {
    /** BoringSSL if it can be loaded, otherwise Java's own. */
    AUTO,
    /** BoringSSL, through netty-tcnative. */
    OPENSSL,
    /** Java's own: slower, but it loads everywhere. */
    JSSE
}
