package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.catalog.Closure;
import dev.weir.config.PoolMode;
import dev.weir.error.EndReason;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.pool.Lease;
import dev.weir.session.LeasePhase.Phase;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What precedes the first message of a client on a server connection that it has leased:
 * notifications that were sent before, the question of which log it writes, and the client's
 * parameters.
 */
final class LeaseBeginning implements ParameterChange.Outcome {
    /** After more than this many in a row, the client is told. */
    private static final int DISTURBANCES_MAX = 3;

    private final Turn turn;
    private final LeasePhase phase;
    private final Flow flow;
    private final Ending ending;
    private final Frontend frontend;
    private final Relay relay;
    private final @Nullable Routing routing;
    private final LeaseHolder holder;

    private static final String DISCARD = "DISCARD PLANS;";

    /** How many changes of parameters in a row were hit by a timeout or a cancel. */
    private int disturbances;

    /** Whether plans are discarded ahead of what the client has sent. */
    private boolean discardsPlans;

    LeaseBeginning(
            Turn turn,
            LeasePhase phase,
            Flow flow,
            Ending ending,
            Frontend frontend,
            Relay relay,
            @Nullable Routing routing,
            LeaseHolder holder) {
        this.turn = turn;
        this.phase = phase;
        this.flow = flow;
        this.ending = ending;
        this.frontend = frontend;
        this.relay = relay;
        this.routing = routing;
        this.holder = holder;
    }

    /** Begins a lease; the client's messages are forwarded as soon as they may be. */
    void of(Lease granted) {
        ServerConnection server = granted.server();
        Notifications listening = turn.notifications();
        boolean isAnother = granted.serves(turn.hello().id());
        if (isAnother && listening != null && listening.isListening()) {
            phase.become(Phase.PREPARING);
            listening.catchUp(() -> {
                if (turn.serverOrNull() == server && phase.is(Phase.PREPARING)) {
                    begin(server, true);
                }
            });
        } else {
            begin(server, isAnother);
        }
    }

    private void begin(ServerConnection server, boolean isAnother) {
        if (HistoryQuestion.ahead(turn, server)) {
            frontend.wroteToServer();
        }
        String difference = turn.parameters().difference(server);
        boolean isFirst = isAnother || discardsPlans; // it failed, and is still to be done
        discardsPlans = isFirst && mayHaveOthersValues(server, difference);
        if (discardsPlans) {
            prepare(server, difference == null ? DISCARD : difference + DISCARD);
        } else if (difference != null) {
            prepare(server, difference);
        } else if (!brings(server)) {
            phase.become(Phase.SERVING);
            relay.tellReported(server);
            relay.proceed();
        }
    }

    /**
     * Whether a plan may keep what a function has returned under the settings of another client.
     */
    private boolean mayHaveOthersValues(ServerConnection server, @Nullable String difference) {
        ParameterSet desired = turn.parameters().desired();
        return (server.statements().haveSettingsChanged()
                        || difference != null && !server.given().readsAs(desired))
                && turn.mode() != PoolMode.SESSION
                && keepsValues();
    }

    /** Whether there are functions whose value plans keep although it depends on the session. */
    private boolean keepsValues() {
        Closure closure = turn.catalog().closure();
        return switch (turn.pool().settings().stateCheck()) {
            case TEXTS -> false;
            case ALWAYS -> true;
            case ANALYSED -> closure == null || !closure.foldedFunction().isEmpty();
        };
    }

    private boolean isAway() {
        Belongings own = turn.belongings();
        return own != null && own.isAway();
    }

    /** Makes again what the client had on another connection; true if that is to be waited for. */
    private boolean brings(ServerConnection server) {
        Belongings own = turn.belongings();
        if (own == null || !own.isAway() || !own.bring(server, this::brought)) {
            return false;
        }
        if (!phase.is(Phase.PREPARING)) {
            phase.become(Phase.PREPARING);
        }
        return true;
    }

    private void brought(ServerConnection server, boolean isDone) {
        if (turn.serverOrNull() != server) {
            return;
        } else if (!isDone) {
            ending.fail(ProxyError.SWITCHOVER_NOT_MOVED.refusal());
            return;
        }
        Objects.requireNonNull(turn.belongings()).arrived();
        ending.guard(() -> serve(server));
    }

    private void serve(ServerConnection server) {
        relay.tellReported(server);
        phase.become(Phase.SERVING);
        relay.proceed();
        holder.cancelHeld();
    }

    /** Sends the client's parameters ahead, in the same write as its own bytes if that is safe. */
    private void prepare(ServerConnection server, String difference) {
        ParameterSet desired = turn.parameters().desired();
        server.inject(difference, new ParameterChange(server, desired, this));
        if (!discardsPlans && server.given().changesSafelyTo(desired) && !isAway()) {
            phase.become(Phase.SERVING);
            frontend.wroteToServer();
            relay.proceed();
        } else {
            if (!phase.is(Phase.PREPARING)) {
                phase.become(Phase.PREPARING);
            }
            server.flush();
        }
    }

    @Override
    public void prepared(ServerConnection server) {
        if (turn.serverOrNull() != server) {
            return; // the batch already runs elsewhere, or the session has ended
        }
        disturbances = 0;
        if (discardsPlans) {
            discardsPlans = false;
            server.statements().plansDiscarded();
        }
        ending.guard(() -> proceed(server));
    }

    private void proceed(ServerConnection server) {
        if (!phase.is(Phase.PREPARING)) {
            relay.tellReported(server);
        } else if (!brings(server)) {
            serve(server);
        }
    }

    @Override
    public void unprepared(ServerConnection server, Refusal why) {
        if (turn.serverOrNull() == server) {
            ending.fail(why);
        }
    }

    @Override
    public void disturbed(ServerConnection server, Refusal why) {
        if (turn.serverOrNull() != server) {
            return;
        }
        if (!phase.is(Phase.PREPARING) || ++disturbances > DISTURBANCES_MAX) {
            ending.fail(why);
            return;
        }
        Objects.requireNonNull(turn.takeLease()).discard(EndReason.SETTINGS_STAY.words());
        if (routing != null) {
            routing.decidesAgain();
        }
        phase.become(Phase.IDLE);
        flow.retrySoon();
    }
}
