package dev.weir.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A client of a server on this machine that asks for no password. */
final class RawClient implements AutoCloseable {
    private final Socket socket;

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    /** Logs in; returns when the server is ready for a query. */
    static RawClient login(int port, String user, String database) throws IOException {
        var client = new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
        client.socket.setTcpNoDelay(true);
        byte[] parameters =
                ("user\0" + user + "\0database\0" + database + "\0\0")
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer startup = ByteBuffer.allocate(8 + parameters.length);
        startup.putInt(startup.capacity()).putInt(0x30000).put(parameters);
        client.socket.getOutputStream().write(startup.array());
        client.awaitReady();
        return client;
    }

    /** Runs a query in the simple protocol until it ends. */
    void query(String sql) throws IOException {
        byte[] text = (sql + '\0').getBytes(StandardCharsets.UTF_8);
        ByteBuffer query = ByteBuffer.allocate(5 + text.length);
        query.put((byte) 'Q').putInt(4 + text.length).put(text);
        socket.getOutputStream().write(query.array());
        awaitReady();
    }

    private void awaitReady() throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        byte tag;
        do {
            tag = in.readByte();
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (tag == 'E') {
                throw new IOException(new String(body, StandardCharsets.UTF_8).replace('\0', ' '));
            }
        } while (tag != 'Z');
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
