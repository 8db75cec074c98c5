package dev.weir.config;

/**
 * The address of one server of a cluster, and its weight.
 *
 * @param weight its share of the reads, relative to the others
 */
public record ClusterNode(ServerAddress address, int weight) {
    private static final int WEIGHT_MAX = 1_000;
    private static final int PORT_DEFAULT = 5_432;

    /**
     * Reads {@code host}, {@code host:port} or {@code [IPv6]:port}, each optionally followed by
     * {@code *weight}.
     *
     * @throws IllegalArgumentException if {@code text} has none of these forms
     */
    static ClusterNode parse(String text, int defaultPort) {
        int star = text.lastIndexOf('*');
        String address = star < 0 ? text : text.substring(0, star);
        int weight = star < 0 ? 1 : number(text.substring(star + 1), WEIGHT_MAX);
        int colon = address.lastIndexOf(':');
        boolean bracketed = address.startsWith("[");
        boolean hasPort = colon >= 0 && (!bracketed || address.charAt(colon - 1) == ']');
        String host = hasPort ? address.substring(0, colon) : address;
        int port = hasPort ? number(address.substring(colon + 1), 65_535) : defaultPort;
        if (bracketed && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(text);
        }
        var found = new ServerAddress(host, port);
        if (host.isEmpty() || found.isUnix() || host.matches(".*[\\s\\[\\]*].*")) {
            throw new IllegalArgumentException(text);
        }
        return new ClusterNode(found, weight);
    }

    /**
     * The address in {@code host:port} or {@code [IPv6]:port}, as {@link ServerAddress#toString}
     * writes it.
     *
     * @throws IllegalArgumentException if {@code text} is neither
     */
    public static ServerAddress addressOf(String text) {
        return parse(text, PORT_DEFAULT).address();
    }

    private static int number(String digits, int max) {
        if (!digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException(digits);
        }
        int number = Integer.parseInt(digits);
        if (number < 1 || number > max) {
            throw new IllegalArgumentException(digits);
        }
        return number;
    }

    @Override
    public String toString() {
        return weight == 1 ? address.toString() : address + "*" + weight;
    }
}
