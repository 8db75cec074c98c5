package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.net.Buffers;
import dev.weir.protocol.FrontendMessages;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction may leave behind on its server connection: names to close, settings, and all
 * that {@link Pins} are for. It is dealt with before another client gets the connection.
 */
final class Leftovers {
    private final Turn turn;
    private final Supplier<Notifications> listening;

    /**
     * @param listening the channels on which the client listens by the shared connection, created
     *     if need be
     */
    Leftovers(Turn turn, Supplier<Notifications> listening) {
        this.turn = turn;
        this.listening = listening;
    }

    /** Whether the connection may hold something that no other client must find there. */
    boolean mayBe() {
        return turn.pins().mayLeaveSomething() || turn.statements().hasToClose();
    }

    /** Whether the connection may hold something that a wipe does not remove. */
    boolean mayOutliveWipe() {
        boolean wipesAll = turn.sharesCustomSettings() || !turn.pins().mayLeaveSomething();
        return turn.pins().mayOutliveWipe() || turn.statements().hasToClose() || !wipesAll;
    }

    /** Closes the names that the server knows but should not; false if there are none. */
    boolean closeNames(ServerConnection server) {
        if (!turn.statements().hasToClose()) {
            return false;
        }
        Ledger ledger = server.ledger();
        server.write(
                Buffers.filled(
                        server.buffer(128),
                        out -> {
                            for (byte[] name : turn.statements().takeToClose()) {
                                FrontendMessages.close(out, (byte) 'S', name);
                                ledger.sent(Request.CLOSE, Ledger.PRIVATE, null);
                            }
                            FrontendMessages.sync(out);
                        }));
        ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
        server.statements().batchEnded();
        server.flush();
        return true;
    }

    /** Asks the server what the transaction left behind; false if it cannot have left anything. */
    boolean ask(ServerConnection server) {
        Pins pins = turn.pins();
        StateProbe probe =
                pins.question(server.statements().batch(), server.target().user(), this::probed);
        String sql = probe == null ? null : question(probe, server);
        if (probe == null || sql == null) {
            return false;
        }
        pins.asking();
        server.inject(sql, probe);
        server.flush();
        return true;
    }

    private @Nullable String question(StateProbe probe, ServerConnection server) {
        return probe.sql(turn.pins().customNames(turn.parameters().desired(), server.given()));
    }

    /** Learns the state of the session from the server. */
    private void probed(StateProbe probe, boolean answered) {
        ServerConnection server = turn.serverOrNull();
        if (server == null) {
            return;
        }
        LimitMeters meters = turn.pool().allowance().meters();
        meters.reaches(Limit.CLIENT_PARAMETER_MEMORY, probe.bytes());
        if (probe.isTooLarge()) {
            meters.refuses(Limit.CLIENT_PARAMETER_MEMORY);
        }
        if (!answered) {
            ServerFailure said = server.privateError();
            boolean isDisturbed = said != null && said.isDisturbance();
            if (!isDisturbed || !turn.pins().disturbed()) {
                turn.pins().unanswered(server.statements().batch());
            }
            return;
        }
        if (probe.asksSettings()) {
            ParameterSet now = probe.settings().withMissing(server.resetValues());
            server.given(now);
            turn.parameters().learned(now, probe.mayHaveReset());
            turn.countKept();
        }
        turn.pins().answered(probe);
        boolean isAsked = probe.asked().contains(PinReason.LISTEN);
        boolean matters = turn.pins().has(PinReason.LISTEN) || turn.isListening();
        if (isAsked && matters && turn.sharesListening()) {
            listening.get().found(probe.channels(), probe.evidence());
        }
    }

    /**
     * Pins the client if its unnamed statement, too large to be kept, lives only on the connection;
     * if it cannot be pinned, the statement is lost.
     */
    void keepUnnamed(ServerConnection server) {
        Pins pins = turn.pins();
        if (turn.unnamed().state() != UnnamedStatement.State.LOST) {
            pins.unpin(PinReason.UNNAMED_STATEMENT);
        } else if (!pins.has(PinReason.UNNAMED_STATEMENT)
                && !pins.pinIfPossible(PinReason.UNNAMED_STATEMENT)) {
            turn.unnamed().gone();
            server.statements().unnamed(null);
        }
    }
}
