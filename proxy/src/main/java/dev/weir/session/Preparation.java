package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerStatements;
import dev.weir.backend.Statement;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Metric;
import dev.weir.protocol.FrontendMessages;
import java.nio.charset.StandardCharsets;

/** Brings the statements that a client relies on to the server connection that it holds. */
final class Preparation {
    /** A text of Weir's own that makes or closes a statement is about so long. */
    static final int MESSAGE_BYTES = 1_024;

    /** This part of its statements a server connection keeps when memory is short. */
    private static final int SHORT_PART = 8;

    private final Turn turn;
    private final ClientRun run;
    private final int statementsMax;
    private final boolean tracksNames;

    /** With {@code statementsMax} at 0 the client's own names reach the server. */
    Preparation(Turn turn, ClientRun run, int statementsMax, boolean tracksNames) {
        this.turn = turn;
        this.run = run;
        this.statementsMax = statementsMax;
        this.tracksNames = tracksNames;
    }

    /** Whether named statements are Weir's. */
    boolean tracksNames() {
        return tracksNames;
    }

    // --- named statements ---------------------------------------------------------------------

    /** Whether an answer that is to come decides if the client's statement is there. */
    boolean isDoubtful(ClientStatements.Entry entry) {
        ServerConnection server = turn.server();
        ServerStatements onServer = server.statements();
        Statement statement = entry.statement();
        return entry.isDoubtful(server.batch())
                || onServer.presence(statement) == ServerStatements.Presence.PENDING
                        && onServer.batchOf(statement) != server.batch();
    }

    /** Prepares a statement within the client's batch, if the server does not have it. */
    void ensurePrepared(Ledger ledger, Statement statement) {
        ServerStatements onServer = turn.server().statements();
        if (onServer.presence(statement) != ServerStatements.Presence.ABSENT) {
            return;
        }
        run.emitRun();
        if (ledger.isQuiet() && ledger.transactionStatus() != 'E') {
            ParameterSet now = turn.server().frozen();
            String then = now.statementsTo(statement.frozen());
            String back = statement.frozen().statementsTo(now);
            if (then != null && back != null) {
                parameters(ledger, then);
                prepareAlone(ledger, statement);
                parameters(ledger, back);
                return;
            }
        }
        makeRoom(ledger, onServer);
        statement.writeParse(run.out(MESSAGE_BYTES));
        turn.meters().increment(Metric.SERVER_PARSES);
        ledger.sent(
                Request.PARSE, Ledger.SWALLOWED, onServer.adding(statement, turn.server().batch()));
    }

    /** Prepares a statement in a batch of its own, if the server does not have it. */
    void prepareAlone(Ledger ledger, Statement statement) {
        ServerStatements onServer = turn.server().statements();
        if (onServer.presence(statement) != ServerStatements.Presence.READY) {
            statement.writeParse(run.out(MESSAGE_BYTES));
            turn.meters().increment(Metric.SERVER_PARSES);
            ledger.sent(
                    Request.PARSE,
                    Ledger.PRIVATE,
                    onServer.adding(statement, turn.server().batch()));
            FrontendMessages.sync(run.out(HEADER_BYTES));
            ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
            turn.server().batchEnded();
        }
    }

    /** Changes parameters for the Parse of a statement that was first parsed under others. */
    private void parameters(Ledger ledger, String sql) {
        FrontendMessages.query(run.out(sql.length() + HEADER_BYTES + 1), sql);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, new OwnQueries.ThereAndBack(turn.server()));
        turn.server().unnamed(null);
    }

    /** Closes the statements that were not used for longest; more if memory is short. */
    void makeRoom(Ledger ledger, ServerStatements onServer) {
        boolean isShort = turn.shard().statements().memory().isFull();
        int most = isShort ? statementsMax / SHORT_PART : statementsMax - 1;
        for (Statement eldest = onServer.eldest(most);
                eldest != null;
                eldest = onServer.eldest(most)) {
            eldest.writeClose(run.out(MESSAGE_BYTES));
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, onServer.removing(eldest));
        }
    }

    // --- the unnamed statement ------------------------------------------------------------------

    /** Whether an answer that is to come may bring another unnamed statement back. */
    boolean isUnnamedDoubtful(Ledger ledger) {
        return ledger.outstanding() > 0 && turn.unnamed().isDoubtful(turn.server().batch());
    }

    /** What becomes of the unnamed statement if the server skips the message at hand. */
    UnnamedStatement.Change changeUnnamed(boolean isParse) {
        return turn.unnamed().change(turn.server(), isParse);
    }

    /** Makes the server's unnamed statement the client's own, or none. */
    void ensureUnnamed(Ledger ledger) {
        ServerConnection server = turn.server();
        UnnamedStatement unnamed = turn.unnamed();
        if (server.unnamed() == unnamed.version()) {
            return;
        }
        run.emitRun();
        if (unnamed.state() == UnnamedStatement.State.KEPT) {
            unnamed.writeParse(run.out(unnamed.bytes()));
            turn.meters().increment(Metric.SERVER_PARSES);
            ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
            server.unnamed(unnamed.version());
        } else {
            FrontendMessages.close(run.out(16), (byte) 'S', new byte[0]);
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, changeUnnamed(false));
            server.unnamed(null);
        }
    }

    /** Lets the unnamed statement deallocate what the server knows under Weir's name. */
    void parseDeallocate(Ledger ledger, Statement doomed) {
        ensurePrepared(ledger, doomed);
        run.emitRun();
        String sql =
                "DEALLOCATE \"" + new String(doomed.serverName(), StandardCharsets.US_ASCII) + '"';
        FrontendMessages.parse(
                run.out(sql.length() + 16), new byte[0], sql.getBytes(StandardCharsets.US_ASCII));
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
        turn.server().unnamed(null);
    }
}
