package dev.weir.config;

/**
 * The address at which a PostgreSQL server listens.
 *
 * @param host a name, an IP address, the directory of a Unix socket ({@code /dir}), or an abstract
 *     socket address ({@code @name})
 * @param port 1..65535; part of the file name of a Unix socket
 */
public record ServerAddress(String host, int port) {

    public boolean isUnix() {
        return host.startsWith("/") || host.startsWith("@");
    }

    /**
     * Returns the name of the Unix socket in the form that libpq uses, {@code /dir/.s.PGSQL.5432}.
     * The leading {@code @} of an abstract name stands for the zero byte.
     */
    public String unixPath() {
        if (!isUnix()) {
            throw new IllegalStateException("host: " + host + " (expected: /directory or @name)");
        }
        return host + (host.endsWith("/") ? "" : "/") + ".s.PGSQL." + port;
    }

    /**
     * Returns {@code host:port}, with an IPv6 address in brackets, or the name of the Unix socket.
     */
    @Override
    public String toString() {
        if (isUnix()) {
            return unixPath();
        }
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + port;
    }
}
