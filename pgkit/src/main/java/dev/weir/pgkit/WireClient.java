package dev.weir.pgkit;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the bytes it is given, and shows every message it receives.
 *
 * <p>Not thread-safe. A read throws {@link UncheckedIOException} if nothing arrives within {@link
 * #TIMEOUT}, or at the end of the stream.
 */
public final class WireClient implements AutoCloseable {
    /** The longest duration of a read; a server that hangs is a failure, not a slow test. */
    public static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static final int BODY_BYTES_MAX = 1 << 30;

    private final Socket socket;
    private final DataInputStream in;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private int processId;
    private byte[] secret = {};

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TIMEOUT.toMillis());
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 14));
    }

    public static WireClient connect(String host, int port) {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), (int) TIMEOUT.toMillis());
            return new WireClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + host + ":" + port, e);
        }
    }

    /** Takes over a connected socket, for instance one with TLS. */
    public static WireClient over(Socket socket) {
        try {
            return new WireClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + socket, e);
        }
    }

    /** Sends a CancelRequest on a separate connection and waits until the server closes it. */
    public static void cancel(String host, int port, int processId, byte[] secret) {
        try (WireClient client = connect(host, port)) {
            client.send(Wire.cancel(processId, secret));
            if (!client.isClosedByPeer(TIMEOUT)) {
                throw new IllegalStateException(
                        "the answer to a CancelRequest is a closed connection");
            }
        }
    }

    public void startup(Map<String, String> parameters) {
        startup(Wire.PROTOCOL_3_0, parameters);
    }

    public void startup(int protocolVersion, Map<String, String> parameters) {
        send(Wire.startup(protocolVersion, parameters));
    }

    /** Logs in to a server that asks for no password. */
    public List<Message> login(String user, String database) {
        return login(user, database, null);
    }

    /**
     * Logs in with a password in clear text, by MD5 or by SCRAM-SHA-256, whichever the server asks
     * for.
     *
     * @return everything that the server sent, up to its first ReadyForQuery
     * @throws ServerError if the server refuses
     */
    public List<Message> login(String user, String database, @Nullable String password) {
        startup(Map.of("user", user, "database", database));
        return authenticate(user, password);
    }

    /** Continues after {@link #startup}: answers the server's requests, up to ReadyForQuery. */
    public List<Message> authenticate(String user, @Nullable String password) {
        return new Login(this, user, password).run();
    }

    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot send " + bytes.length + " bytes", e);
        }
    }

    /** Sends several messages in one write. */
    public void send(byte[]... messages) {
        send(Wire.concat(messages));
    }

    /** Sends a simple query and returns the answer, up to ReadyForQuery. */
    public List<Message> query(String sql) {
        send(Wire.query(sql));
        return readUntilReady();
    }

    /** Reads one message. ParameterStatus and BackendKeyData are also remembered. */
    public Message read() {
        try {
            char tag = (char) in.readUnsignedByte();
            int length = in.readInt() - 4;
            if (length < 0 || length > BODY_BYTES_MAX) {
                throw new IOException("length of '" + tag + "': " + length + " (expected: >= 0)");
            }
            byte[] body = new byte[length];
            in.readFully(body);
            Message message = new Message(tag, body);
            remember(message);
            return message;
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("no complete message in " + TIMEOUT, e);
        } catch (EOFException e) {
            throw new UncheckedIOException("the peer closed the connection", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a message", e);
        }
    }

    private void remember(Message message) {
        if (message.tag() == 'S') {
            String[] pair = new String(message.body(), StandardCharsets.UTF_8).split("\0", 3);
            parameters.put(pair[0], pair[1]);
        } else if (message.tag() == 'K') {
            processId = ByteBuffer.wrap(message.body()).getInt();
            secret = Arrays.copyOfRange(message.body(), 4, message.body().length);
        }
    }

    /** Reads one raw byte, for instance the answer to SSLRequest. */
    public char readByte() {
        try {
            return (char) in.readUnsignedByte();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a byte", e);
        }
    }

    public List<Message> readUntilReady() {
        return readUntilReady(1);
    }

    /** Reads up to and including the {@code count}-th ReadyForQuery. */
    public List<Message> readUntilReady(int count) {
        List<Message> all = new ArrayList<>();
        for (int left = count; left > 0; ) {
            Message message = read();
            all.add(message);
            if (message.tag() == 'Z') {
                left--;
            }
        }
        return all;
    }

    /**
     * The {@linkplain Message#summary() summaries} of the messages of {@link #readUntilReady()}.
     */
    public List<String> summaries() {
        return readUntilReady().stream().map(Message::summary).toList();
    }

    /** Reads one message; returns null if none begins within {@code limit}. */
    public @Nullable Message tryRead(Duration limit) {
        return switch (await(limit)) {
            case DATA, END -> read();
            case NOTHING -> null;
        };
    }

    /** Whether the peer closes the connection within 5 s without sending anything before. */
    public boolean isClosedByPeer() {
        return isClosedByPeer(Duration.ofSeconds(5));
    }

    public boolean isClosedByPeer(Duration limit) {
        return await(limit) == Arrival.END;
    }

    private enum Arrival {
        DATA,
        END,
        NOTHING
    }

    private Arrival await(Duration limit) {
        try {
            socket.setSoTimeout((int) Math.max(1, limit.toMillis()));
            in.mark(1);
            if (in.read() < 0) {
                return Arrival.END;
            }
            in.reset();
            return Arrival.DATA;
        } catch (SocketTimeoutException e) {
            return Arrival.NOTHING;
        } catch (IOException reset) {
            return Arrival.END;
        } finally {
            restoreTimeout();
        }
    }

    private void restoreTimeout() {
        try {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
        } catch (SocketException closed) {
            assert socket.isClosed() : closed;
        }
    }

    /**
     * Closes the connection in such a way that the peer sees a reset (RST) and not an end (FIN).
     */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reset " + socket, e);
        }
    }

    /** Ends sending (FIN); what the peer sends can still be read. */
    public void closeOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot half-close " + socket, e);
        }
    }

    /** The process ID from BackendKeyData; 0 before it arrives. */
    public int processId() {
        return processId;
    }

    /** The secret from BackendKeyData, 4 bytes in protocol 3.0; empty before it arrives. */
    public byte[] secret() {
        return secret.clone();
    }

    /** The parameters reported by ParameterStatus so far, each with its latest value. */
    public Map<String, String> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    public Socket socket() {
        return socket;
    }

    /** Closes the connection without a Terminate message. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + socket, e);
        }
    }
}
