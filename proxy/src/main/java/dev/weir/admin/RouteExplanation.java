package dev.weir.admin;

import dev.weir.cluster.Cluster;
import dev.weir.cluster.Lsn;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.config.PoolMode;
import dev.weir.config.Routing;
import dev.weir.protocol.BackendMessages.Column;
import dev.weir.route.Demand;
import dev.weir.route.Intent;
import dev.weir.route.Reason;
import dev.weir.route.TransactionDefaults;
import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a text would go in one database if a new session sent it outside a transaction block, and
 * why, step by step. Decided by the same code as a client's texts: {@link Intent}.
 */
final class RouteExplanation {
    static final List<Column> COLUMNS = Table.columns("database, step, finding, because");

    private final String database;
    private final Routing routing;
    private final Cluster cluster;
    private final List<Row> rows = new ArrayList<>();

    RouteExplanation(String database, Routing routing, Cluster cluster) {
        this.database = database;
        this.routing = routing;
        this.cluster = cluster;
    }

    List<Row> of(Access access) {
        Functions functions = cluster.functions();
        var demand = new Demand();
        demand.begin(functions);
        demand.runs(access);
        demand.end(true);
        Reason reason =
                Intent.of(
                        demand,
                        routing.route(),
                        PoolMode.TRANSACTION,
                        TransactionDefaults.NONE,
                        false);
        text(access, functions);
        step(
                "database",
                "route=" + word(routing.route()),
                access.hint() == Access.Hint.NONE
                        ? "the text has no hint"
                        : "the text has a hint: route=" + word(access.hint()));
        step("decision", reason.isOnReplica() ? "replica" : "primary", reason.sentence());
        if (reason.isOnReplica()) {
            freshness();
            nodes();
        } else {
            Node primary = cluster.topology().primaryNode();
            step(
                    "node",
                    primary == null ? "none" : primary.name(),
                    primary == null ? "no primary is known: it waits for one" : "the primary");
        }
        return rows;
    }

    /** What a text asks of the node that runs it: the same in all databases. */
    static Access access(String sql) {
        ByteBuf text = Unpooled.wrappedBuffer(sql.getBytes(StandardCharsets.UTF_8));
        return new Texts(0).access(text, 0, text.readableBytes(), LexicalRules.STANDARD);
    }

    private void text(Access access, @Nullable Functions functions) {
        String function = access.forbidden(functions);
        if (access.kind() != Access.Kind.READ) {
            String what = access.veto() == Access.Veto.NONE ? word(access.kind()) : veto(access);
            step(
                    "text",
                    what.replace('_', ' '),
                    access.token().isEmpty() ? null : "by \"" + access.token() + '"');
        } else if (function.isEmpty()) {
            step("text", "read", "nothing in it writes");
        } else {
            String why = functions == null ? "no function is known yet" : "volatile, or unknown";
            step("text", "calls " + function, why);
        }
    }

    private static String veto(Access access) {
        return switch (access.veto()) {
            case COMMAND -> "a command";
            case INTO, MODIFIES -> "writes";
            case DENIED_FUNCTION -> "of no effect on a replica";
            case NODE_FUNCTION -> "asks the server itself";
            default -> word(access.veto());
        };
    }

    private void freshness() {
        String whose =
                switch (routing.causalReads()) {
                    case OFF -> "";
                    case SESSION -> "its session";
                    case USER -> "its user";
                    case GLOBAL -> "anybody";
                };
        long millis = routing.causalWait().toMillis();
        step(
                "freshness",
                "causal_reads=" + word(routing.causalReads()),
                whose.isEmpty()
                        ? "any replica within max_replica_lag will do"
                        : "from a replica that has what " + whose + " committed" + within(millis));
    }

    private static String within(long millis) {
        return (millis == 0 ? "" : ", or has it in " + millis + " ms") + "; else from the primary";
    }

    private void nodes() {
        Topology topology = cluster.topology();
        boolean hasReplica = false;
        for (Node node : topology.nodes()) {
            if (!node.isPrimary()) {
                hasReplica |= node.isEligible();
                step(
                        "node",
                        node.name() + (node.isEligible() ? ": may be read" : ": is not read"),
                        node.isEligible()
                                ? "it has replayed " + Lsn.text(node.lsn())
                                : node.whyNot());
            }
        }
        if (!hasReplica) {
            step("node", "no_replica=" + word(routing.noReplica()), Reason.NO_REPLICA.sentence());
        }
    }

    private void step(String step, String finding, @Nullable String because) {
        rows.add(Row.of(database, step, finding, because));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
