package dev.weir.net;

import dev.weir.config.TextFile;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of a file such as {@code /etc/resolv.conf} that matters here.
 *
 * @param nameServers at least one
 * @param search the domains that a short name is tried in
 * @param ndots a name with this many dots is first tried as it is
 * @see <a href="https://man7.org/linux/man-pages/man5/resolv.conf.5.html">resolv.conf(5)</a>
 */
record ResolvConf(
        List<InetSocketAddress> nameServers, List<String> search, int ndots, int timeoutMillis) {
    private static final int PORT = 53;
    private static final int TIMEOUT_SECONDS = 5;

    /**
     * Reads {@code file}.
     *
     * @throws IOException if it cannot be read or names no server
     */
    static ResolvConf read(Path file) throws IOException {
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        int timeout = TIMEOUT_SECONDS;
        for (String line : TextFile.read(file).lines().toList()) {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> servers.add(server(file, words));
                case "domain", "search" -> search = List.of(words).subList(1, words.length);
                case "options" -> {
                    ndots = option(words, "ndots:", ndots);
                    timeout = option(words, "timeout:", timeout);
                }
                default -> {} // a comment, sortlist, or nothing
            }
        }
        if (servers.isEmpty()) {
            throw new IOException(file + ": no name server (expected: nameserver ADDRESS)");
        }
        return new ResolvConf(servers, search, ndots, timeout * 1_000);
    }

    /** An address, optionally followed by a port, which only Weir understands. */
    private static InetSocketAddress server(Path file, String[] words) throws IOException {
        try {
            int port = words.length > 2 ? Integer.parseInt(words[2]) : PORT;
            return new InetSocketAddress(InetAddress.ofLiteral(words[1]), port);
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            String line = String.join(" ", words);
            throw new IOException(
                    file + ": \"" + line + "\" (expected: nameserver ADDRESS [PORT])", e);
        }
    }

    private static int option(String[] words, String name, int otherwise) {
        for (String word : words) {
            if (word.matches(name + "\\d{1,4}")) {
                return Integer.parseInt(word.substring(name.length()));
            }
        }
        return otherwise;
    }

    DnsServerAddressStreamProvider servers() {
        return new SequentialDnsServerAddressStreamProvider(nameServers);
    }
}
