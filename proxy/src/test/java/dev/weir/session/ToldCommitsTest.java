package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.backend.ServerIdentity;
import dev.weir.cluster.Cluster;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.config.ServerAddress;
import dev.weir.pool.Nodes;
import dev.weir.pool.RecentCommits.Lost;
import dev.weir.sql.Functions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No commit that a client was told of is forgotten, however its session or connection ends. */
@NullMarked
final class ToldCommitsTest {
    private static final long FORK = 50;

    private @Nullable SessionRig rig;

    /** A primary whose log ended at 100 when it was asked last; nobody asks it again. */
    private static final class One implements Cluster, Nodes {
        private static final Node NODE =
                new Node(0, "one", true, false, true, "", 100, 1, 0, 0, 1, 1, 1, 1);

        @Override
        public Topology topology() {
            return new Topology(List.of(NODE), 0, 16 << 20);
        }

        @Override
        public int primary() {
            return 0;
        }

        @Override
        public ServerAddress address(int node) {
            return new ServerAddress("10.0.0.1", 5432);
        }

        @Override
        public void hint(int node) {}

        @Override
        public @Nullable String objection(int node, ServerIdentity found) {
            return null;
        }

        @Override
        public void identify(int node, Consumer<@Nullable ServerIdentity> told) {}

        @Override
        public void await(Runnable wake) {}

        @Override
        public void forget(Runnable wake) {}

        @Override
        public @Nullable Functions functions() {
            return null;
        }

        @Override
        public void wantFunctions() {}

        @Override
        public void functionsChanged() {}
    }

    @AfterEach
    void close() {
        if (rig != null) {
            rig.close();
        }
    }

    private SessionRig begin(String... settings) {
        rig = SessionRig.with("app = nodes=10.0.0.1 route=auto", new One(), settings);
        return rig;
    }

    private static Lost lost(SessionRig rig) {
        return rig.pool().shards().getFirst().commits().lost(2, FORK);
    }

    /** It has its answer, and where the log ends behind its commit is not known yet. */
    @Test
    void ofAClientThatGoesWhileTheServerIsAsked() {
        SessionRig rig = begin();
        rig.login();
        ScriptedServer server = rig.open();
        ScriptedClient client = rig.client().asks("INSERT INTO t VALUES (1)");
        assertThat(server.received()).isEqualTo("QINSERT INTO t VALUES (1)F");
        rig.answers(server, "INSERT 0 1", 'I');
        assertThat(client.told()).isEqualTo("C:INSERT_0_1 ZI");
        client.goes();
        assertThat(lost(rig)).isEqualTo(new Lost(1, 1));
    }

    /** A session of session mode ends with its connection. */
    @Test
    void ofASessionThatEndsWithItsConnectionBeforeAllIsAnswered() {
        SessionRig rig = begin(SessionRig.SESSION_MODE);
        ScriptedClient client = rig.login();
        ScriptedServer server = rig.open();
        rig.answers(server, "DISCARD ALL", 'I');
        client.told();
        client.asks("INSERT INTO t VALUES (1)").asks("INSERT INTO t VALUES (2)");
        rig.answers(server, "SELECT 1", 'I'); // its own seed of random()
        assertThat(server.received()).endsWith("QINSERT INTO t VALUES (2)");
        rig.answers(server, "INSERT 0 1", 'I');
        assertThat(client.told()).isEqualTo("C:INSERT_0_1 ZI");
        server.vanishes();
        rig.run();
        assertThat(rig.ends()).hasSize(1);
        assertThat(lost(rig)).isEqualTo(new Lost(1, 1));
    }
}
