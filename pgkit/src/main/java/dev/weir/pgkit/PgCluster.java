package dev.weir.pgkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A primary and its streaming replicas on free ports of 127.0.0.1, which run until {@link #close}
 * or, at the latest, until this JVM ends.
 *
 * <p>The superuser is postgres with password postgres. Durability is off; everything else has
 * PostgreSQL's defaults unless {@link PgClusterBuilder#setting} changes it.
 */
public final class PgCluster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PgCluster.class);
    private final Path directory;
    private final Path sockets;
    private final PgNode primary;
    private final List<PgNode> replicas;
    private final Thread hook = new Thread(this::dispose, "pgkit-close");
    private final Watchman watchman;
    private final boolean kept;
    private boolean closed;

    PgCluster(Path directory, Path sockets, PgNode primary, List<PgNode> replicas, boolean kept) {
        this.directory = directory;
        this.kept = kept;
        this.sockets = sockets;
        this.primary = primary;
        this.replicas = List.copyOf(replicas);
        watchman = Watchman.over(directory, sockets, kept);
    }

    /** Starts a primary without replicas. */
    public static PgCluster start() {
        return builder().start();
    }

    public static PgClusterBuilder builder() {
        return new PgClusterBuilder();
    }

    /** The node that was started as the primary, whatever its role is now. */
    public PgNode primary() {
        return primary;
    }

    /** The nodes that were started as replicas, whatever their roles are now. */
    public List<PgNode> replicas() {
        return replicas;
    }

    public PgNode replica(int index) {
        return replicas.get(index);
    }

    /** The primary, followed by the replicas. */
    public List<PgNode> nodes() {
        List<PgNode> nodes = new ArrayList<>();
        nodes.add(primary);
        nodes.addAll(replicas);
        return nodes;
    }

    /** The directory of the Unix sockets of all nodes. */
    public Path socketDirectory() {
        return sockets;
    }

    /** Waits until every running replica has applied everything that the primary has written. */
    public void awaitReplicas() {
        String written = primary.queryText("SELECT pg_current_wal_lsn()");
        String applied = "SELECT pg_last_wal_replay_lsn() >= '%s'::pg_lsn".formatted(written);
        for (PgNode replica : replicas) {
            if (replica.isRunning()) {
                replica.awaitText(replica + " to apply " + written, applied, "t");
            }
        }
    }

    /**
     * Ends all nodes at once and deletes their data; if the data are kept, shuts the nodes down
     * instead.
     */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            log.debug("the JVM is about to close this cluster itself");
        }
        dispose();
    }

    private synchronized void dispose() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            StopMode mode = kept ? StopMode.FAST : StopMode.IMMEDIATE;
            nodes().reversed().forEach(node -> node.dispose(mode));
        } finally {
            if (!kept) {
                Cache.delete(directory);
            }
            Cache.delete(sockets);
            watchman.dismiss();
        }
    }

    /** Starts all nodes; returns when they accept connections and the replicas are streaming. */
    void launch() {
        long begin = System.nanoTime();
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            primary.start();
            replicas.forEach(PgNode::launch);
            replicas.forEach(PgNode::awaitReady);
            awaitStreaming();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        long millis = (System.nanoTime() - begin) / 1_000_000;
        log.debug("cluster started nodes={} millis={}", nodes(), millis);
    }

    private void awaitStreaming() {
        if (!replicas.isEmpty()) {
            primary.awaitText(
                    "replicas to stream",
                    "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'",
                    String.valueOf(replicas.size()));
        }
    }
}
