package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network between a client and a server, as bad as a test needs it: a TCP proxy on a port of
 * 127.0.0.1 that delays, changes, stalls, dribbles, cuts, half-closes and refuses.
 *
 * <p>By default it forwards everything, and passes on an end as an end and a reset as a reset. Any
 * thread may call any method.
 */
public final class Link implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Link.class);
    private static final int BACKLOG = 1_024;
    private static final int CONNECT_MILLIS_MAX = 10_000;

    private final int port = Ports.free();
    private final Flow toServer = new Flow();
    private final Flow toClient = new Flow();
    private final Set<LinkConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile InetSocketAddress target;
    private volatile boolean hangsUp;
    private volatile boolean closed;
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    private Link(InetSocketAddress target) {
        this.target = target;
    }

    public static Link to(String host, int port) {
        Link link = new Link(new InetSocketAddress(host, port));
        link.listen();
        return link;
    }

    public static Link to(PgNode node) {
        return to(node.host(), node.port());
    }

    public String host() {
        return "127.0.0.1";
    }

    /** The port that clients connect to; {@link #refuse} does not change it. */
    public int port() {
        return port;
    }

    /** The direction from the client to the server. */
    public Flow toServer() {
        return toServer;
    }

    /** Changes the chunks on the way to the server; null drops a chunk. */
    public Link toServer(Flow.Change change) {
        toServer.change(change);
        return this;
    }

    /** The direction from the server to the client. */
    public Flow toClient() {
        return toClient;
    }

    /** Changes the chunks on the way to the client; null drops a chunk. */
    public Link toClient(Flow.Change change) {
        toClient.change(change);
        return this;
    }

    /** Delays both directions by this much, so a round trip takes twice as much longer. */
    public Link delay(Duration eachWay) {
        toServer.delay(eachWay);
        toClient.delay(eachWay);
        return this;
    }

    /** Stops forwarding in both directions. New connections are still accepted. */
    public Link stall() {
        toServer.stall();
        toClient.stall();
        return this;
    }

    public Link go() {
        toServer.go();
        toClient.go();
        return this;
    }

    public Link dribble(boolean on) {
        toServer.dribble(on);
        toClient.dribble(on);
        return this;
    }

    /** Cuts all connections once this many more bytes have gone to the clients. */
    public Link maxBytesThenCut(long count) {
        toClient.cutAfter(count);
        return this;
    }

    /** Resets every connection, toward both peers. */
    public void cut() {
        List.copyOf(connections).forEach(LinkConnection::cut); // but not those accepted meanwhile
    }

    /** Tells the servers that the clients will send no more (FIN); replies are still forwarded. */
    public void halfClose() {
        try {
            for (LinkConnection connection : connections) {
                connection.endToServer();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot half-close toward the server", e);
        }
    }

    /** Tells the clients that the servers will send no more (FIN); requests are still forwarded. */
    public void halfCloseToClient() {
        try {
            for (LinkConnection connection : connections) {
                connection.endToClient();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot half-close toward the client", e);
        }
    }

    /** Sets whether the kernel refuses new connections, as if nobody listened. */
    public void refuse(boolean on) {
        if (on) {
            stopListening();
        } else {
            listen();
        }
    }

    /** Sets whether new connections are accepted and closed at once. */
    public void hangUp(boolean on) {
        hangsUp = on;
    }

    /** Forwards new connections to another server. */
    public void redirect(String host, int port) {
        target = new InetSocketAddress(host, port);
    }

    /** The number of open connections. */
    public int connections() {
        return connections.size();
    }

    /** The number of connections accepted so far, including those hung up. */
    public long accepted() {
        return accepted.get();
    }

    public long bytesToServer() {
        return toServer.bytes();
    }

    public long bytesToClient() {
        return toClient.bytes();
    }

    void remove(LinkConnection connection) {
        connections.remove(connection);
    }

    private synchronized void listen() {
        if (listener != null) {
            return;
        }
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            listener = socket;
            acceptor = Thread.ofVirtual().name("link-" + port).start(() -> accept(socket));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    private synchronized void stopListening() {
        if (listener == null || acceptor == null) {
            return;
        }
        try {
            listener.close();
            // The kernel keeps accepting until the thread in accept() has released the socket.
            acceptor.join();
            listener = null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop listening on port " + port, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the link stops listening", e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                accepted.incrementAndGet();
                Thread.ofVirtual().name("link-open").start(() -> open(client));
            } catch (IOException e) {
                log.debug("link stops accepting port={} reason={}", port, e.toString());
            }
        }
    }

    private void open(Socket client) {
        try {
            if (hangsUp) {
                client.close();
                return;
            }
            Socket server = new Socket();
            server.connect(target, CONNECT_MILLIS_MAX);
            LinkConnection connection = new LinkConnection(this, client, server);
            connections.add(connection);
            connection.start();
            if (closed) {
                connection.cut();
            }
        } catch (IOException e) {
            log.debug("link cannot reach target={} reason={}", target, e.toString());
            LinkConnection.reset(client);
        }
    }

    /** Stops listening and cuts every connection. */
    @Override
    public void close() {
        closed = true;
        stopListening();
        cut();
    }
}
