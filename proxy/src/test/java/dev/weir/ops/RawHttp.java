package dev.weir.ops;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.NullMarked;

/** A connection to an HTTP port on which anything can be sent. */
@NullMarked
final class RawHttp implements AutoCloseable {
    private static final int WAIT_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;

    /** An answer; header names are in lower case. */
    record Reply(int status, Map<String, String> headers, String body) {}

    private RawHttp(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawHttp connect(int port) {
        return connect(port, SocketFactory.getDefault());
    }

    static RawHttp connect(int port, SSLContext tls) {
        return connect(port, tls.getSocketFactory());
    }

    private static RawHttp connect(int port, SocketFactory sockets) {
        try {
            Socket socket = sockets.createSocket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(WAIT_MILLIS);
            socket.setTcpNoDelay(true);
            return new RawHttp(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawHttp send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends bytes; those that the other side no longer takes are nobody's loss. */
    RawHttp send(byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException _) {
            // it has closed, which reading will show
        }
        return this;
    }

    RawHttp get(String path) {
        return send("GET " + path + " HTTP/1.1\r\nHost: weir\r\n\r\n");
    }

    /** Reads an answer that has a body. */
    Reply read() {
        return read(true);
    }

    Reply read(boolean hasBody) {
        try {
            String first = line();
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            byte[] body = in.readNBytes(hasBody ? length : 0);
            return new Reply(
                    Integer.parseInt(first.split(" ", 3)[1]),
                    headers,
                    new String(body, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("after \"" + line + "\"");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Reads until a line that begins so. */
    String awaitLine(String beginning) {
        try {
            while (true) {
                String line = line();
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells the other side that nothing more comes, and returns what it still sends. */
    String rest() {
        try {
            socket.shutdownOutput();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("still open", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the other side has closed; whatever it still sends is dropped. */
    void awaitEnd() {
        try {
            while (in.read() >= 0) {}
        } catch (IOException e) {
            if (e instanceof SocketTimeoutException) {
                throw new UncheckedIOException("still open", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
