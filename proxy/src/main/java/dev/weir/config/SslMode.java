package dev.weir.config;

/** How much TLS a connection requires, weakest first; the names are libpq's. */
public enum SslMode {
    DISABLE,
    ALLOW,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
}
