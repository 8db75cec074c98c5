package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerStatements;
import dev.weir.backend.Statement;
import dev.weir.error.Refusal;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.metrics.Metric;
import dev.weir.protocol.FrontendMessages;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Prepares the statements of a client on the server connection that it holds. */
final class Preparation {
    /** The approximate size of Weir's own messages that create or close a statement. */
    static final int MESSAGE_BYTES = 1_024;

    /** When memory is short, a server connection keeps this fraction of its statements: 1/8. */
    private static final int SHORT_PART = 8;

    private final Turn turn;
    private final ClientRun run;
    private final boolean tracksNames;

    /** The last statement verified in a separate batch, whose errors the client does not see. */
    private @Nullable Statement triedAlone;

    /**
     * Prepares for one session.
     *
     * @param tracksNames whether the client's named statements are tracked; else their names reach
     *     the server
     */
    Preparation(Turn turn, ClientRun run, boolean tracksNames) {
        this.turn = turn;
        this.run = run;
        this.tracksNames = tracksNames;
    }

    /** Whether named statements are tracked. */
    boolean tracksNames() {
        return tracksNames;
    }

    // --- named statements ---------------------------------------------------------------------

    /** Whether a statement of the client can be used on its connection. */
    enum Readiness {
        READY,
        /** That depends on an answer that is still to come. */
        WAITS,
        /** Its parameters or columns are no longer what the client was told. */
        CHANGED
    }

    /** Prepares a statement on the server, within the client's batch, if it does not have it. */
    Readiness bring(Ledger ledger, ClientStatements.Entry entry) {
        Readiness now = readiness(entry);
        return now == null ? prepare(ledger, entry) : now;
    }

    /** Like {@link #bring}, but ahead of a Query. */
    Readiness bringAhead(Ledger ledger, ClientStatements.Entry entry) {
        Readiness now = readiness(entry);
        return now == null ? prepareAhead(ledger, entry) : now;
    }

    /** Null if the server does not have it. */
    private @Nullable Readiness readiness(ClientStatements.Entry entry) {
        ServerConnection server = turn.server();
        Statement statement = entry.statement();
        return switch (server.statements().presence(statement)) {
            case READY -> Readiness.READY;
            case CHANGED -> Readiness.CHANGED;
            case PENDING ->
                    server.statements().batchOf(statement) == server.statements().batch()
                            ? Readiness.READY
                            : Readiness.WAITS;
            case ABSENT -> null;
        };
    }

    private Readiness prepare(Ledger ledger, ClientStatements.Entry entry) {
        run.emitRun();
        Statement statement = entry.statement();
        Circumstances.Knowledge known = turn.circumstances().now(turn.server());
        ParameterSet now = turn.server().parseSettings();
        boolean alone = false;
        if (statement.isShared()) {
            boolean isSame =
                    known != Circumstances.Knowledge.UNKNOWN && now.equals(statement.settings());
            alone = !isSame && ledger.isQuiet() && ledger.transactionStatus() != 'E';
            if (isSame && known == Circumstances.Knowledge.LIKELY) {
                turn.circumstances().assume(turn.server());
            } else if (!isSame
                    && (!alone
                            || known == Circumstances.Knowledge.UNKNOWN
                            || statement == triedAlone)) {
                statement = unshare(entry);
                alone = false;
            }
        }
        boolean verifies = mustVerify(statement);
        if (alone) {
            triedAlone = verifies ? statement : null;
            thereAndBack(ledger, statement, now);
        } else {
            parse(ledger, statement, Ledger.SWALLOWED, null, null);
            turn.meters().increment(Metric.SERVER_PARSES);
        }
        return verifies ? Readiness.WAITS : Readiness.READY;
    }

    private Readiness prepareAhead(Ledger ledger, ClientStatements.Entry entry) {
        if (!ledger.isQuiet()) {
            return Readiness.WAITS;
        }
        run.emitRun();
        ParameterSet now = turn.server().parseSettings();
        boolean isKnown = turn.circumstances().now(turn.server()) == Circumstances.Knowledge.KNOWN;
        Statement statement = isKnown ? entry.statement() : unshare(entry);
        boolean verifies = mustVerify(statement) && statement != triedAlone;
        triedAlone = verifies ? statement : null;
        thereAndBack(ledger, statement, isKnown ? now : statement.settings());
        return verifies ? Readiness.WAITS : Readiness.READY;
    }

    /**
     * Gives the client a statement of its own, since it is parsed under different settings now;
     * other clients keep the shared one.
     */
    private Statement unshare(ClientStatements.Entry entry) {
        Statement shared = entry.statement();
        if (!shared.isShared()) {
            return shared;
        }
        Statement own = turn.shard().statements().holdPrivate(shared);
        entry.statement(own);
        turn.shard().statements().release(shared);
        return own;
    }

    /** Whether its parameters or columns may differ from what clients were told. */
    private boolean mustVerify(Statement statement) {
        return statement.isDescribed()
                && !statement.text().facts().has(StatementFacts.EXECUTES) // its columns may change
                && (!statement.isShared()
                        || !turn.shard().statements().catalog().isSame(statement.catalog()));
    }

    private void thereAndBack(Ledger ledger, Statement statement, ParameterSet now) {
        String then = now.statementsTo(statement.settings());
        String back = statement.settings().statementsTo(now);
        if (then != null && back != null) {
            parameters(ledger, then);
            prepareAlone(ledger, statement);
            parameters(ledger, back);
        } else {
            prepareAlone(ledger, statement);
        }
    }

    /** Prepares a statement in a separate batch. */
    private void prepareAlone(Ledger ledger, Statement statement) {
        parse(ledger, statement, Ledger.PRIVATE, null, null);
        turn.meters().increment(Metric.SERVER_PARSES);
        FrontendMessages.sync(run.out(HEADER_BYTES));
        ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
        turn.server().statements().batchEnded();
    }

    /**
     * Sends the Parse of a statement, and a Describe unless it is known and need not be verified.
     *
     * @param flags of the Parse in the ledger
     * @param named an additional effect of the Parse
     * @param text for the ledger
     */
    void parse(
            Ledger ledger,
            Statement statement,
            int flags,
            @Nullable Effect named,
            @Nullable Text text) {
        ServerConnection server = turn.server();
        ServerStatements onServer = server.statements();
        boolean isDoubtful = statement.isShared() && turn.parsesShared();
        boolean describes = !isDoubtful && (!statement.isDescribed() || mustVerify(statement));
        int own = flags == Ledger.PRIVATE ? Ledger.PRIVATE : Ledger.SWALLOWED;
        if (onServer.mustClose(statement)) {
            statement.writeClose(run.out(MESSAGE_BYTES));
            ledger.sent(Request.CLOSE, own, onServer.removing(statement));
        }
        makeRoom(ledger, onServer, own);
        statement.writeParse(run.out(statement.text().length() + MESSAGE_BYTES));
        Effect adding = onServer.adding(statement, server.statements().batch());
        ledger.sent(
                Request.PARSE,
                flags,
                named == null ? adding : new BothEffects(named, adding),
                text);
        if (describes) {
            statement.writeDescribe(run.out(MESSAGE_BYTES));
            ledger.sent(Request.DESCRIBE_STATEMENT, own, onServer.describing(statement));
        }
    }

    /** Changes parameters for the Parse of a statement that was first parsed under others. */
    private void parameters(Ledger ledger, String sql) {
        FrontendMessages.query(run.out(sql.length() + HEADER_BYTES + 1), sql);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, new OwnQueries.ThereAndBack(turn.server()));
        turn.server().statements().unnamed(null);
    }

    /**
     * Prepares a statement also under the client's own name, until all is answered, since a text
     * names it in SQL.
     *
     * @param alone whether to do it in a separate batch
     */
    void bringNamed(Ledger ledger, byte[] name, boolean alone) {
        ClientStatements.Entry entry = tracksNames ? turn.statements().find(name) : null;
        if (entry == null || turn.statements().closesLater(entry.name())) {
            return;
        }
        run.emitRun();
        Text text = entry.statement().text();
        text.writeParse(run.out(text.length() + MESSAGE_BYTES), entry.name());
        ledger.sent(Request.PARSE, alone ? Ledger.PRIVATE : Ledger.SWALLOWED, null);
        turn.meters().increment(Metric.SERVER_PARSES);
        turn.statements().closeLater(entry.name());
        if (alone) {
            FrontendMessages.sync(run.out(HEADER_BYTES));
            ledger.sent(Request.SYNC, Ledger.PRIVATE, null);
            turn.server().statements().batchEnded();
        }
    }

    /** Makes the server check whether a name is taken by a statement of PREPARE (42P05). */
    void tryName(Ledger ledger, byte[] name, Text text) {
        run.emitRun();
        ByteBuf out = run.out(text.length() + MESSAGE_BYTES);
        text.writeParse(out, name);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        FrontendMessages.close(out, (byte) 'S', name);
        ledger.sent(Request.CLOSE, Ledger.SWALLOWED, null);
    }

    /** Closes the least recently used statements; more of them if memory is short. */
    private void makeRoom(Ledger ledger, ServerStatements onServer, int flags) {
        boolean isShort = turn.shard().statements().memory().isFull();
        int limit = Math.max(1, turn.pool().settings().maxPreparedStatements());
        int most = isShort ? limit / SHORT_PART : limit - 1;
        for (Statement eldest = onServer.eldest(most);
                eldest != null;
                eldest = onServer.eldest(most)) {
            eldest.writeClose(run.out(MESSAGE_BYTES));
            ledger.sent(Request.CLOSE, flags, onServer.removing(eldest));
        }
    }

    // --- the unnamed statement ------------------------------------------------------------------

    /** Whether an answer that is still to come may bring an earlier unnamed statement back. */
    boolean isUnnamedDoubtful(Ledger ledger) {
        return ledger.outstanding() > 0
                && turn.unnamed().isDoubtful(turn.server().statements().batch());
    }

    /** The effect that restores the unnamed statement if the server skips the message at hand. */
    UnnamedStatement.Change changeUnnamed(boolean isParse) {
        return turn.unnamed().change(turn.server(), isParse);
    }

    /** Makes the server's unnamed statement the client's own, or none. */
    void ensureUnnamed(Ledger ledger) {
        ServerConnection server = turn.server();
        UnnamedStatement unnamed = turn.unnamed();
        if (server.statements().unnamed() == unnamed.version()) {
            return;
        }
        run.emitRun();
        if (unnamed.state() == UnnamedStatement.State.KEPT) {
            unnamed.writeParse(run.out(unnamed.bytes()));
            ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
            server.statements().unnamed(unnamed.version());
        } else {
            FrontendMessages.close(run.out(16), (byte) 'S', new byte[0]);
            ledger.sent(Request.CLOSE, Ledger.SWALLOWED, changeUnnamed(false));
            server.statements().unnamed(null);
        }
    }

    /** Makes the server raise an error ahead of the message at hand, which it then skips. */
    void raise(Ledger ledger, Refusal why) {
        run.emitRun();
        var error = new RaisedError(why, null);
        byte[] sql = error.sql().getBytes(StandardCharsets.US_ASCII);
        ByteBuf out = run.out(sql.length + MESSAGE_BYTES);
        FrontendMessages.parse(out, new byte[0], sql);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(false));
        turn.server().statements().unnamed(null);
        FrontendMessages.bind(out, "", "");
        ledger.sent(Request.BIND, Ledger.SWALLOWED, null);
        FrontendMessages.execute(out, "", 0);
        ledger.sent(Request.EXECUTE, Ledger.SWALLOWED, error);
    }

    /**
     * Makes the server raise an error ahead of the message at hand, whose statement no longer has
     * the parameters or columns that its client was told.
     */
    void raiseChanged(Ledger ledger) {
        run.emitRun();
        FrontendMessages.bind(run.out(MESSAGE_BYTES), "", ChangedStatement.NAME);
        ledger.sent(Request.BIND, Ledger.SWALLOWED, ChangedStatement.ERROR);
    }

    // --- DEALLOCATE -----------------------------------------------------------------------------

    /** The name that a text deallocates, if names are tracked; null if there is none. */
    byte @Nullable [] deallocated(StatementFacts facts) {
        String name = facts.name();
        return name != null && facts.has(StatementFacts.DEALLOCATE_NAME) && tracksNames
                ? name.getBytes(StandardCharsets.UTF_8)
                : null;
    }

    /** Makes the unnamed statement a DEALLOCATE of a statement by Weir's name for it. */
    void parseDeallocate(Ledger ledger, Statement doomed) {
        run.emitRun();
        String sql =
                "DEALLOCATE \"" + new String(doomed.serverName(), StandardCharsets.US_ASCII) + '"';
        FrontendMessages.parse(
                run.out(sql.length() + 16), new byte[0], sql.getBytes(StandardCharsets.US_ASCII));
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, changeUnnamed(true));
        turn.server().statements().unnamed(null);
    }
}
