package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A primary, replicas, and a Weir that routes between them; databases differ in what they route.
 */
final class Routes implements AutoCloseable {
    /** Says whether it runs on a replica; nothing in it keeps a text from being routed. */
    static final String WHERE = "SELECT on_replica() /* %s */";

    private final PgCluster cluster;
    private final WeirFile weir;

    private Routes(PgCluster cluster, WeirFile weir) {
        this.cluster = cluster;
        this.weir = weir;
    }

    static Routes start(Path directory, int replicas) {
        return start(directory, replicas, "", List.of());
    }

    /**
     * Starts all of it.
     *
     * @param schema what is there before Weir starts
     * @param more further databases: a name, "=" and what is to be added to where the nodes are
     */
    static Routes start(Path directory, int replicas, String schema, List<String> more) {
        PgCluster cluster = PgCluster.builder().replicas(replicas).start();
        cluster.primary()
                .execute(
                        "CREATE FUNCTION on_replica() RETURNS bool STABLE LANGUAGE sql AS 'SELECT"
                            + " pg_is_in_recovery()'; CREATE TABLE t (a int PRIMARY KEY, b int);"
                            + " INSERT INTO t SELECT g, 0 FROM generate_series(1, 100) g; CREATE"
                            + " SEQUENCE s; CREATE FUNCTION liar() RETURNS bigint STABLE LANGUAGE"
                            + " sql AS 'SELECT nextval(''s'')'");
        cluster.primary().execute(schema);
        cluster.awaitReplicas();
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        String same = " nodes=" + nodes + " dbname=postgres user=postgres password=postgres";
        String databases =
                String.join(
                        "\n",
                        List.of(
                                "auto =" + same + " route=auto",
                                "waits =" + same + " route=auto causal_wait=2s",
                                "stale =" + same + " route=auto causal_reads=off",
                                "team =" + same + " route=auto causal_reads=user causal_wait=2s",
                                "refuses =" + same + " route=auto no_replica=error",
                                "takes =" + same + " route=auto no_replica=least_lag",
                                "explicit =" + same + " causal_wait=2s max_replica_lag=1h",
                                "replica =" + same + " route=replica",
                                "eager =" + same + " defer_begin=0 max_replica_lag=1h",
                                "plain = host="
                                        + cluster.primary().host()
                                        + " port="
                                        + cluster.primary().port()
                                        + " dbname=postgres user=postgres password=postgres"));
        for (String one : more) {
            databases += "\n" + one.replaceFirst("=", "= nodes=" + nodes + " dbname=postgres ");
        }
        var routes = new Routes(cluster, WeirFile.start(directory, databases));
        await().until(() -> {
            try (WireClient client = routes.client("auto")) {
                return routes.isReplica(client.query(WHERE.formatted("start")));
            }
        });
        return routes;
    }

    PgNode primary() {
        return cluster.primary();
    }

    PgNode replica(int index) {
        return cluster.replica(index);
    }

    PgCluster cluster() {
        return cluster;
    }

    int port() {
        return weir.port();
    }

    WireClient client(String database) {
        return weir.client("postgres", database);
    }

    WireClient console() {
        return weir.console();
    }

    /** Whether the only row says that a replica has given it. */
    boolean isReplica(List<Message> answer) {
        for (Message message : answer) {
            if (message.tag() == 'D') {
                return "t".equals(message.row().getFirst());
            }
        }
        throw new AssertionError(answer.toString());
    }

    static void assertFine(List<Message> answer) {
        assertThat(answer).noneMatch(message -> message.tag() == 'E');
    }

    @Override
    public void close() {
        weir.close();
        cluster.close();
    }
}
