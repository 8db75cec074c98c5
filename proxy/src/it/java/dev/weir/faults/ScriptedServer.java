package dev.weir.faults;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A server that reads a startup packet and then does what its script says, and closes. */
final class ScriptedServer implements AutoCloseable {
    /** What it does with each connection, on a thread of its own. */
    @FunctionalInterface
    interface Script {
        void run(DataInputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    ScriptedServer(Script script) {
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(() -> accept(script));
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept(Script script) {
        try {
            while (true) {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket, script));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(in.readInt() - 4);
            OutputStream out = socket.getOutputStream();
            script.run(in, out);
            out.flush();
            socket.shutdownOutput();
            while (in.read() >= 0) {} // so that what was sent is not lost to a reset
        } catch (IOException gone) {
            // Weir left first
        } finally {
            sockets.remove(socket);
        }
    }

    /** Reads messages up to a Query. */
    static void awaitQuery(DataInputStream in) throws IOException {
        byte tag;
        do {
            tag = in.readByte();
            in.skipNBytes(in.readInt() - 4);
        } while (tag != 'Q');
    }

    /** Long enough that what was written before arrives alone. */
    static void pause() {
        LockSupport.parkNanos(50_000_000);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
