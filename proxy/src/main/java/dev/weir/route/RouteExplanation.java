package dev.weir.route;

import dev.weir.cluster.Lsn;
import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.config.Routing;
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
 * Where a text would go in one database, and why, step by step. Decided by the same code as a
 * client's texts: {@link Intent}.
 */
public final class RouteExplanation {
    /**
     * One step of the decision.
     *
     * @param step such as {@code text} or {@code node}
     */
    public record Step(String step, String finding, @Nullable String because) {}

    /**
     * The session that asks.
     *
     * @param route that of the database, or of the session by {@code SET weir.route}
     * @param inBlock whether a BEGIN has come before
     */
    public record Asker(Route route, PoolMode mode, TransactionDefaults defaults, boolean inBlock) {
        /** A new session, outside a transaction block. */
        public static Asker newcomer(Route route) {
            return new Asker(route, PoolMode.TRANSACTION, TransactionDefaults.NONE, false);
        }
    }

    private final Routing routing;
    private final Topology topology;
    private final List<Step> steps = new ArrayList<>();

    private RouteExplanation(Routing routing, Topology topology) {
        this.routing = routing;
        this.topology = topology;
    }

    /**
     * Explains a text.
     *
     * @param functions the functions of the database; null if they are unknown
     */
    public static List<Step> of(
            Access access,
            @Nullable Functions functions,
            Asker asker,
            Routing routing,
            Topology topology) {
        return new RouteExplanation(routing, topology).explain(access, functions, asker);
    }

    private List<Step> explain(Access access, @Nullable Functions functions, Asker asker) {
        var demand = new Demand();
        demand.begin(functions);
        demand.runs(access);
        demand.end(true);
        Reason reason =
                Intent.of(demand, asker.route(), asker.mode(), asker.defaults(), asker.inBlock());
        text(access, functions);
        step(
                "database",
                "route=" + word(asker.route()),
                access.hint() == Access.Hint.NONE
                        ? "the text has no hint"
                        : "the text has a hint: route=" + word(access.hint()));
        step("decision", reason.isOnReplica() ? "replica" : "primary", reason.sentence());
        step("reason", reason.word(), reason.remedy());
        if (reason.isOnReplica()) {
            freshness();
            nodes();
        } else {
            Node primary = topology.primaryNode();
            step(
                    "node",
                    primary == null ? "none" : primary.name(),
                    primary == null ? "no primary is known: it waits for one" : "the primary");
        }
        return steps;
    }

    /** What a text demands of the node that runs it: the same in all databases. */
    public static Access access(String sql) {
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
        steps.add(new Step(step, finding, because));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
