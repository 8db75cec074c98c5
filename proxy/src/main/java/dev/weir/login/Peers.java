package dev.weir.login;

import dev.weir.backend.CancelSender;
import dev.weir.backend.Connector;
import dev.weir.config.Config;
import dev.weir.config.Peer;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.protocol.CancelKey;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other processes that share this one's port. The kernel delivers a cancel request to any of
 * them; a request with a key of another process is passed on to it, and the client's connection is
 * closed once that process has received it.
 */
public final class Peers implements Reloadable {
    private static final Logger log = LoggerFactory.getLogger(Peers.class);

    private final Connector connector;
    private final CancelSender sender;
    private final ConcurrentHashMap<Integer, PeerPool> pools = new ConcurrentHashMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private volatile @Nullable SocketAddress predecessor;
    private volatile Config config;

    public Peers(Config config, Connector connector, CancelSender sender) {
        this.config = config;
        this.connector = connector;
        this.sender = sender;
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> config = next;
    }

    /**
     * Passes a request on to the process that issued its key, if there is one.
     *
     * @param loop of the client that sent it
     * @param done runs on that loop when the request has arrived, or when it cannot be delivered
     */
    void passOn(CancelKey key, EventLoop loop, Runnable done) {
        active.incrementAndGet();
        pass(
                key,
                loop,
                () -> {
                    active.decrementAndGet();
                    done.run();
                });
    }

    private void pass(CancelKey key, EventLoop loop, Runnable done) {
        Config now = config;
        Peer peer = peerOf(key, now);
        SocketAddress before = predecessor;
        if (peer == null && before != null) {
            sender.send(inTheClear(before), key, loop, millisMax(now), _ -> done.run());
            return;
        }
        if (peer == null) {
            log.debug("cancel_key_unknown peer_id={}", key.peerId());
            done.run();
            return;
        }
        Integer own = peer.poolSize();
        int size = own == null ? now.get(Settings.DEFAULT_POOL_SIZE) : own;
        long millisMax = millisMax(now);
        PeerPool pool = pools.computeIfAbsent(peer.id(), _ -> new PeerPool());
        pool.enter(size, loop, millisMax, done, over -> send(peer, key, loop, millisMax, over));
    }

    /** A process accepts unencrypted cancel requests, whatever it demands of clients. */
    private static CancelSender.Target inTheClear(SocketAddress process) {
        return new CancelSender.Target(process, null);
    }

    /** How many requests are being sent or are waiting for that. */
    int active() {
        return active.get();
    }

    private static long millisMax(Config config) {
        long millis = config.get(Settings.CANCEL_WAIT_TIMEOUT).toMillis();
        return millis == 0 ? Integer.MAX_VALUE : millis;
    }

    /** Requests with unknown keys go to the process that this one took over from, if any. */
    public void follow(@Nullable SocketAddress socket) {
        predecessor = socket;
    }

    private void send(Peer peer, CancelKey key, EventLoop loop, long millisMax, Runnable over) {
        connector.locate(
                peer.address(),
                loop,
                new Connector.Place() {
                    @Override
                    public void at(SocketAddress address) {
                        sender.send(
                                inTheClear(address),
                                key.passedOn(),
                                loop,
                                millisMax,
                                _ -> over.run());
                    }

                    @Override
                    public void unknown(String why) {
                        log.warn(
                                "peer_unknown peer_id={} host={} error=\"{}\"",
                                peer.id(),
                                peer.address().host(),
                                why);
                        over.run();
                    }
                });
    }

    private static @Nullable Peer peerOf(CancelKey key, Config config) {
        int own = config.get(Settings.PEER_ID);
        if (own == 0 || key.peerId() == own || !key.mayBePassedOn()) {
            return null;
        }
        for (Peer peer : config.peers()) {
            if (peer.id() == key.peerId()) {
                return peer;
            }
        }
        return null;
    }

    /**
     * What SHOW PEER_POOLS shows for one peer.
     *
     * @param active requests that are being sent
     * @param waiting requests that wait for their turn
     */
    public record Load(int peerId, int active, int waiting) {}

    /** The peers in the order of the configuration. */
    public List<Load> loads() {
        var loads = new ArrayList<Load>();
        for (Peer peer : config.peers()) {
            PeerPool pool = pools.get(peer.id());
            loads.add(pool == null ? new Load(peer.id(), 0, 0) : pool.load(peer.id()));
        }
        return loads;
    }
}
