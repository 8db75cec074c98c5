package dev.weir.bench.soak;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What goes on around the clients: one thing at a time, and each is over before the next. */
final class Trouble {
    private final Subject subject;
    private final PgCluster cluster;
    private final java.nio.file.Path directory;
    private final Random random;
    private final Map<String, Integer> counts = new TreeMap<>();

    Trouble(Subject subject, PgCluster cluster, java.nio.file.Path directory, long seed) {
        this.subject = subject;
        this.cluster = cluster;
        this.directory = directory;
        this.random = new Random(seed);
    }

    /** Does the next one; returns its name. */
    String next() throws IOException, InterruptedException {
        String what =
                switch (random.nextInt(12)) {
                    case 0, 1, 2 -> command("RELOAD");
                    case 3, 4 -> renewsCertificate();
                    case 5 -> pauses();
                    case 6, 7 -> replicaLags();
                    case 8 -> replicaRestarts();
                    case 9 -> primaryRestarts();
                    case 10 -> killsBackends();
                    default -> command("RECONNECT");
                };
        counts.merge(what, 1, Integer::sum);
        return what;
    }

    private String command(String command) {
        try (WireClient console = subject.console()) {
            console.query(command);
        }
        return command;
    }

    private String renewsCertificate() throws IOException, InterruptedException {
        Subject.renewCertificate(directory);
        command("RELOAD");
        return "certificate";
    }

    private String pauses() throws InterruptedException {
        try {
            command("PAUSE app");
            TimeUnit.SECONDS.sleep(1);
        } finally {
            command("RESUME app");
        }
        return "PAUSE";
    }

    private String replicaLags() throws InterruptedException {
        PgNode replica = cluster.replica(0);
        replica.pauseReplay();
        TimeUnit.SECONDS.sleep(5);
        replica.resumeReplay();
        return "replica lags";
    }

    private String replicaRestarts() {
        cluster.replica(0).stop(StopMode.IMMEDIATE);
        cluster.replica(0).start();
        return "replica restarts";
    }

    private String primaryRestarts() {
        cluster.primary().stop(StopMode.FAST);
        cluster.primary().start();
        return "primary restarts";
    }

    private String killsBackends() {
        cluster.primary()
                .execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where backend_type"
                                + " = 'client backend' and pid <> pg_backend_pid() limit 5");
        return "backends killed";
    }

    String totals() {
        return counts.toString();
    }
}
