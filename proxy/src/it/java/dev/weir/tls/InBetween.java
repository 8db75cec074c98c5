package dev.weir.tls;

import dev.weir.pgkit.Wire;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Somebody between a client and a server, who shows the client a certificate of his own, speaks TLS
 * to the server where that can, and sees, or changes, all that goes through.
 */
final class InBetween implements AutoCloseable {
    private final ServerSocket listener;
    private final int upstream;
    private final boolean upstreamTls;
    private final SSLContext own;
    private final UnaryOperator<byte[]> answers;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private InBetween(
            int upstream, boolean upstreamTls, X509Bundle shown, UnaryOperator<byte[]> answers)
            throws IOException, GeneralSecurityException {
        this.upstream = upstream;
        this.upstreamTls = upstreamTls;
        this.answers = answers;
        own = SSLContext.getInstance("TLS");
        own.init(
                shown.toKeyManagerFactory().getKeyManagers(),
                InsecureTrustManagerFactory.INSTANCE.getTrustManagers(),
                new SecureRandom());
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** Before a server without TLS: it has the certificate in its place. */
    static InBetween terminating(int upstream, X509Bundle shown) {
        return start(upstream, false, shown, UnaryOperator.identity());
    }

    /**
     * Before a server with TLS.
     *
     * @param answers changes what the server says, read by read
     */
    static InBetween spying(int upstream, X509Bundle shown, UnaryOperator<byte[]> answers) {
        return start(upstream, true, shown, answers);
    }

    private static InBetween start(
            int upstream, boolean tls, X509Bundle shown, UnaryOperator<byte[]> answers) {
        try {
            return new InBetween(upstream, tls, shown, answers);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes SCRAM-SHA-256-PLUS out of what a server offers. */
    static byte[] withoutPlus(byte[] read) {
        byte[] offer = {
            'R', 0, 0, 0, 42, 0, 0, 0, 10,
        };
        if (read.length < 43 || !Arrays.equals(offer, 0, 9, read, 0, 9)) {
            return read;
        }
        byte[] rest = Arrays.copyOfRange(read, 9 + "SCRAM-SHA-256-PLUS".length() + 1, read.length);
        byte[] less = Wire.concat(offer, rest);
        less[4] = (byte) (less.length - 1);
        return less;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void serve(Socket client) {
        try {
            sockets.add(client);
            var server = new Socket();
            sockets.add(server);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), upstream));
            Socket one = accepted(client);
            Socket other = upstreamTls ? asked(server) : server;
            Thread.ofVirtual().start(() -> pump(one, other, UnaryOperator.identity()));
            pump(other, one, answers);
        } catch (IOException e) {
            close(client);
        }
    }

    /** Answers SSLRequest with S and shakes hands. */
    private Socket accepted(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        in.readNBytes(8);
        client.getOutputStream().write('S');
        var tls = (SSLSocket) own.getSocketFactory().createSocket(client, null, true);
        tls.setUseClientMode(false);
        tls.startHandshake();
        return tls;
    }

    private Socket asked(Socket server) throws IOException {
        server.getOutputStream().write(Wire.sslRequest());
        if (server.getInputStream().read() != 'S') {
            throw new IOException("the server has no TLS");
        }
        var tls = (SSLSocket) own.getSocketFactory().createSocket(server, "localhost", 1, true);
        tls.startHandshake();
        return tls;
    }

    private static void pump(Socket from, Socket to, UnaryOperator<byte[]> change) {
        byte[] buffer = new byte[1 << 14];
        try {
            for (int n = from.getInputStream().read(buffer); n >= 0; ) {
                to.getOutputStream().write(change.apply(Arrays.copyOf(buffer, n)));
                to.getOutputStream().flush();
                n = from.getInputStream().read(buffer);
            }
        } catch (IOException e) {
            // one of them is gone
        }
        close(from);
        close(to);
    }

    private static void close(@Nullable Socket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(InBetween::close);
    }
}
