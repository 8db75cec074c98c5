package dev.weir.support;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import java.util.EnumMap;
import java.util.Map;

/**
 * The PostgreSQL that tests share: one per version, started when first asked for, stopped with the
 * JVM. Whoever stops, reconfigures or fills it starts one of their own instead.
 */
public final class SharedPostgres {
    private static final Map<PgVersion, PgCluster> CLUSTERS = new EnumMap<>(PgVersion.class);

    private SharedPostgres() {}

    /** The newest version. */
    public static PgNode node() {
        return node(PgVersion.V18);
    }

    public static synchronized PgNode node(PgVersion version) {
        return CLUSTERS.computeIfAbsent(version, v -> PgCluster.builder().version(v).start())
                .primary();
    }
}
