package dev.weir.config;

/** How much TLS a connection needs, weakest first; the words are libpq's. */
public enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
}
