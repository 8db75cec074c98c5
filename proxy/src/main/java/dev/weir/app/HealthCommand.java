package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code weir health}: asks the process that runs with a configuration whether it serves clients.
 * It connects as a client does and asks for TLS (SSLRequest, section 54.2.11 of the manual), which
 * an event loop answers with one byte before anybody has logged in. So it needs no user, leaves no
 * line in the log, and fails while Weir accepts no more clients.
 */
@Command(
        name = "health",
        header = "Ask the process that runs with the same FILE whether it serves clients.",
        description = {"", "It logs in nowhere. The exit status is 1 if clients are not served."})
final class HealthCommand implements Executable {
    /** Below the time-outs of health checks, which are some seconds. */
    private static final int PATIENCE_MILLIS = 3_000;

    private static final int SSL_REQUEST = 80_877_103;

    private final Caller caller;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "as of weir run")
    private @Nullable Path file;

    HealthCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() {
        return run(file);
    }

    /** Asks the process that runs with this file, or without one; returns the exit status. */
    int run(@Nullable Path file) {
        try {
            SocketAddress address = address(caller.location(file).load());
            String wrong = ask(address);
            if (wrong == null) {
                return Main.OK;
            }
            caller.err().println("weir: " + address + ": " + wrong);
            return Main.FAILED;
        } catch (ConfigException e) {
            return caller.failed(e);
        }
    }

    /** Where it listens: the first address, or else the Unix socket. */
    static SocketAddress address(Config config) {
        List<String> addresses = config.get(Settings.LISTEN_ADDR);
        int port = config.get(Settings.LISTEN_PORT);
        if (addresses.isEmpty()) {
            return UnixDomainSocketAddress.of(
                    config.get(Settings.UNIX_SOCKET_DIR) + "/.s.PGSQL." + port);
        }
        String host =
                switch (addresses.getFirst()) {
                    case "*", "0.0.0.0" -> "127.0.0.1";
                    case "::" -> "::1";
                    case String one -> one;
                };
        return new InetSocketAddress(host, port);
    }

    /** Returns what is wrong, or null. */
    private static @Nullable String ask(SocketAddress address) {
        try {
            int said = address instanceof UnixDomainSocketAddress ? unix(address) : tcp(address);
            return switch (said) {
                case 'S', 'N' -> null;
                case -1 -> "the connection was closed without an answer";
                default -> "answered '" + (char) said + "' to SSLRequest";
            };
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static int tcp(SocketAddress address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(request().array());
            return socket.getInputStream().read();
        }
    }

    /** Waits as long as the kernel lets it: the JDK has no time-outs for these. */
    private static int unix(SocketAddress address) throws IOException {
        try (SocketChannel socket = SocketChannel.open(address)) {
            socket.write(request());
            ByteBuffer answer = ByteBuffer.allocate(1);
            return socket.read(answer) < 0 ? -1 : answer.get(0);
        }
    }

    private static ByteBuffer request() {
        return ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).flip();
    }
}
