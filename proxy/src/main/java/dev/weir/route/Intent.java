package dev.weir.route;

import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import org.jspecify.annotations.Nullable;

/** Whether a transaction may run on a replica, judging by its statements and its session. Pure. */
public final class Intent {
    private Intent() {}

    /**
     * Returns where a transaction that begins with the statements of one batch should go,
     * regardless of what the cluster allows.
     *
     * @param route that of the database, or of the session by {@code SET weir.route}
     * @param inBlock whether a BEGIN has come before
     */
    public static Reason of(
            Demand demand,
            Route route,
            PoolMode mode,
            TransactionDefaults defaults,
            boolean inBlock) {
        Route said = inBlock && route == Route.AUTO ? Route.EXPLICIT : route;
        Reason wish = said(demand, said, defaults.readOnly());
        if (!wish.isOnReplica()) {
            return wish;
        } else if (mode == PoolMode.SESSION) {
            boolean whole = route == Route.REPLICA || wish == Reason.READ_ONLY_SESSION;
            return whole ? wish : Reason.SESSION_MODE;
        } else if (!demand.isComplete() && route != Route.REPLICA) {
            return Reason.TOO_LONG;
        }
        return defaults.serializable() ? Reason.SERIALIZABLE : wish;
    }

    private static Reason said(Demand demand, Route route, boolean readOnlySession) {
        Access first = demand.first();
        Access worst = demand.worst();
        Access.Hint hint = first.hint();
        if (hint == Access.Hint.PRIMARY) {
            return Reason.HINT_PRIMARY;
        } else if (route == Route.PRIMARY) {
            return Reason.SETTING_PRIMARY;
        } else if (demand.isDenied()) {
            return Reason.DENIED;
        } else if (worst.veto() == Access.Veto.REFUSED_BEFORE) {
            return Reason.REFUSED_BEFORE;
        } else if (hint == Access.Hint.REPLICA) {
            return Reason.HINT_REPLICA;
        } else if (route == Route.REPLICA) {
            return Reason.SETTING_REPLICA;
        } else if (first.kind() == Access.Kind.BEGIN_READ_ONLY
                || first.kind() == Access.Kind.SET_READ_ONLY) {
            return Reason.READ_ONLY_TRANSACTION;
        } else if (readOnlySession && first.veto() != Access.Veto.TRANSACTION_MODE) {
            return Reason.READ_ONLY_SESSION;
        } else if (route != Route.AUTO) {
            return Reason.MAY_WRITE;
        }
        return automatic(worst, demand.functions());
    }

    private static Reason automatic(Access worst, @Nullable Functions functions) {
        if (worst.kind() == Access.Kind.READ) {
            return worst.isRead(functions)
                    ? Reason.READ
                    : functions == null ? Reason.CATALOG_UNKNOWN : Reason.FUNCTION;
        }
        return switch (worst.veto()) {
            case INTO, LOCKS_ROWS, MODIFIES -> Reason.WRITES;
            case DENIED_FUNCTION -> Reason.DENIED;
            case NODE_FUNCTION -> Reason.OF_A_NODE;
            case CATALOG -> Reason.CATALOG;
            case TRANSACTION_MODE -> Reason.MAY_WRITE;
            case UNCLEAR -> Reason.UNCLEAR;
            case TOO_LONG -> Reason.TOO_LONG;
            case REFUSED_BEFORE -> Reason.REFUSED_BEFORE;
            case COMMAND, NONE -> Reason.NOT_A_READ;
        };
    }
}
