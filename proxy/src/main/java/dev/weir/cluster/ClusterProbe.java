package dev.weir.cluster;

import dev.weir.backend.CredentialSource;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.net.Clock;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.EventLoop;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.NOPLogger;

/** Polls the nodes of one database once, as monitors do, and judges their answers. */
public final class ClusterProbe {
    private final MonitorLogin login;
    private final ClusterSettings settings;

    /** The role of a node in its cluster. */
    public enum Role {
        PRIMARY,
        /** Not in recovery, although another node is the primary. */
        SECOND_PRIMARY,
        REPLICA,
        /** Belongs to another cluster. */
        STRANGER,
        /** Did not answer. */
        UNKNOWN
    }

    /**
     * The answer of a node, and its role.
     *
     * @param lagBytes how far a replica is behind the primary
     * @param isPaused whether replay is paused on a replica
     * @param seesStandbys whether the monitor may see the rows of pg_stat_replication
     * @param error why it did not answer; empty if it did
     * @param isRefused whether the node was reachable but refused the login
     */
    public record Answer(
            ServerAddress address,
            Role role,
            long systemIdentifier,
            int timeline,
            long lagBytes,
            boolean isPaused,
            boolean seesStandbys,
            String error,
            boolean isRefused) {}

    /** A node that is being asked. */
    private static final class Asked {
        private final NodeState state;
        private boolean seesStandbys;
        private boolean isRefused;
        private @Nullable Observation seen;

        Asked(NodeState state) {
            this.state = state;
        }
    }

    /**
     * @param database a database with nodes
     * @param loop where credentials are looked up
     */
    public ClusterProbe(
            Config config,
            Database database,
            CredentialSource credentials,
            Supplier<TlsPolicy> tls,
            EventLoop loop) {
        this.login = new MonitorLogin(config, database, credentials, tls, loop);
        this.settings = Objects.requireNonNull(database.cluster());
    }

    /** Asks all nodes at the same time; blocks until the slowest has answered. */
    public List<Answer> run() {
        List<Asked> all = new ArrayList<>();
        for (ServerAddress address : settings.addresses()) {
            all.add(new Asked(new NodeState(all.size(), address)));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            all.forEach(one -> threads.execute(() -> ask(one)));
        }
        return judged(all);
    }

    private void ask(Asked one) {
        try (Connection connection = login.open(one.state.address(), settings.monitorDbname())) {
            var query = new NodeQuery(connection, Clock.system());
            one.seesStandbys = query.seesStandbys();
            one.seen = query.all();
        } catch (SQLException e) {
            one.isRefused = MonitorLogin.isRefused(e);
            one.state.error = MonitorLogin.reason(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Answer> judged(List<Asked> all) {
        List<NodeState> nodes = all.stream().map(one -> one.state).toList();
        for (Asked one : all) {
            if (one.seen == null) {
                one.state.failed(one.state.error);
            } else {
                one.state.seen(one.seen);
            }
        }
        var judgement = new Judgement("", Clock.system(), NOPLogger.NOP_LOGGER, null);
        Topology topology = judgement.topology(nodes, null, settings, Topology.UNSEEN);
        List<Answer> answers = new ArrayList<>();
        for (Asked one : all) {
            Node node = topology.node(one.state.index());
            Observation seen = one.seen;
            answers.add(
                    new Answer(
                            one.state.address(),
                            role(seen, node, judgement),
                            seen == null ? 0 : seen.systemIdentifier(),
                            node.timeline(),
                            node.lagBytes(),
                            seen != null && seen.isPaused(),
                            one.seesStandbys,
                            one.state.error,
                            one.isRefused));
        }
        return answers;
    }

    private static Role role(@Nullable Observation seen, Node node, Judgement judgement) {
        if (seen == null) {
            return Role.UNKNOWN;
        } else if (node.isPrimary()) {
            return Role.PRIMARY;
        } else if (seen.systemIdentifier() != judgement.election().systemIdentifier()) {
            return Role.STRANGER;
        }
        return seen.isInRecovery() ? Role.REPLICA : Role.SECOND_PRIMARY;
    }
}
