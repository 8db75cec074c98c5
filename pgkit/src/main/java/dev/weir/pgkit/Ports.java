package dev.weir.pgkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds TCP ports of the loopback address that nobody listens on.
 *
 * <p>They are below the kernel's range for outgoing connections. While a server is down, a port
 * from that range may become the local port of an outgoing connection, and then the server cannot
 * start again.
 */
public final class Ports {
    private static final Path OUTGOING_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int LOWEST = 10_240;
    private static final Set<Integer> HANDED_OUT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Returns a free port, never the same one twice in this process. */
    public static int free() {
        int above = outgoingStart();
        for (int attempt = 0; attempt < 1_000; attempt++) {
            int port =
                    above - LOWEST < 1_000 ? 0 : ThreadLocalRandom.current().nextInt(LOWEST, above);
            int bound = tryBind(port);
            if (bound > 0 && HANDED_OUT.add(bound)) {
                return bound;
            }
        }
        throw new IllegalStateException("no free port found between " + LOWEST + " and " + above);
    }

    /** Returns the port that was bound, or -1 if {@code port} is in use; 0 asks for any port. */
    private static int tryBind(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        } catch (IOException taken) {
            return -1;
        }
    }

    private static int outgoingStart() {
        // In one read: the kernel ends this file after the first read, even one of a single byte.
        byte[] range = new byte[64];
        try (InputStream in = Files.newInputStream(OUTGOING_RANGE)) {
            int length = in.read(range);
            String text = new String(range, 0, length, StandardCharsets.US_ASCII);
            return Integer.parseInt(text.substring(0, text.indexOf('\t')));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + OUTGOING_RANGE, e);
        }
    }
}
