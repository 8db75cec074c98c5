package dev.weir.bench.terminate;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgClusterBuilder;
import dev.weir.pgkit.PgVersion;
import java.nio.file.Path;

/** A server on which statements are terminated. */
enum Setup {
    /** Every commit waits for the disk. */
    FSYNC("fsync"),
    /** Commits wait for others before they are flushed. */
    DELAYED("fsync, commit_delay"),
    /** Every commit waits for a standby. */
    SYNCHRONOUS("fsync, synchronous standby");

    private static final String SYNCHRONOUS_STANDBYS =
            "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";

    private final String title;

    Setup(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Starts one, in a folder on a disk. */
    PgCluster start(PgVersion version, Path folder) {
        PgClusterBuilder builder =
                PgCluster.builder()
                        .version(version)
                        .directory(folder)
                        .setting("fsync", "on")
                        .setting("full_page_writes", "on")
                        .setting("max_connections", "100");
        if (this == DELAYED) {
            builder.setting("commit_delay", "2000").setting("commit_siblings", "0");
        } else if (this == SYNCHRONOUS) {
            builder.replicas(1);
        }
        PgCluster cluster = builder.start();
        if (this == SYNCHRONOUS) {
            cluster.primary().setting("synchronous_standby_names", "*");
            cluster.primary().awaitText("a synchronous standby", SYNCHRONOUS_STANDBYS, "1");
        }
        for (String one : Statement.schema().split(";\n", -1)) {
            if (!one.isBlank()) {
                cluster.primary().execute(one);
            }
        }
        return cluster;
    }
}
