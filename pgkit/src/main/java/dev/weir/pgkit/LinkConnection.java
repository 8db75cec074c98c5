package dev.weir.pgkit;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection through a {@link Link}: two sockets, and a pump for each direction. */
final class LinkConnection {
    private static final Logger log = LoggerFactory.getLogger(LinkConnection.class);

    private final Link link;
    private final Socket client;
    private final Socket server;
    private final Pump toServer;
    private final Pump toClient;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    LinkConnection(Link link, Socket client, Socket server) throws SocketException {
        this.link = link;
        this.client = client;
        this.server = server;
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        toServer = new Pump(client, server, link.toServer(), this);
        toClient = new Pump(server, client, link.toClient(), this);
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    void start() {
        List<Work> all = List.of(toServer::read, toServer::write, toClient::read, toClient::write);
        for (Work work : all) {
            threads.add(Thread.ofVirtual().name("link").unstarted(() -> guard(work)));
        }
        threads.forEach(Thread::start);
    }

    /** Passes on the failure of one side: a reset by one peer resets the other. */
    private void guard(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            log.debug("link ends connection reason={}", e.toString());
            cut();
        } catch (InterruptedException e) {
            log.debug("link connection was cut");
            cut();
        } catch (RuntimeException | AssertionError e) {
            log.error("the test's own change of a chunk failed; the link cuts the connection", e);
            cut();
        }
    }

    Link link() {
        return link;
    }

    void endToServer() throws IOException {
        toServer.end();
    }

    void endToClient() throws IOException {
        toClient.end();
    }

    /** Closes the sockets once both peers have been sent the end. */
    void closeIfBothEnded() throws IOException {
        if (toServer.isEnded() && toClient.isEnded()) {
            link.remove(this);
            client.close();
            server.close();
            threads.forEach(Thread::interrupt);
        }
    }

    /** Resets both sides. */
    void cut() {
        link.remove(this);
        reset(client);
        reset(server);
        threads.forEach(Thread::interrupt);
    }

    static void reset(Socket socket) {
        try {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException e) {
            log.debug("cannot reset socket={} reason={}", socket, e.toString());
        }
    }
}
