package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Effect;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.FrontendMessages;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Queries of Weir's own that only change the state of the connection, and their effects. */
final class OwnQueries {
    /** Fails in any transaction; the server's log shows the name. */
    private static final byte[] FAIL =
            "ROLLBACK TO SAVEPOINT \"given up before a server was found\""
                    .getBytes(StandardCharsets.US_ASCII);

    private OwnQueries() {}

    /** Sends a query ahead of the message at hand. */
    static void ahead(Turn turn, ClientRun run, byte[] sql, InjectedQuery effect) {
        ServerConnection server = turn.server();
        run.emitRun();
        FrontendMessages.query(run.out(sql.length + ClientRun.HEADER_BYTES + 3), sql);
        server.ledger().sent(Request.QUERY, Ledger.PRIVATE, effect);
        server.statements().unnamed(null);
        server.statements().batchEnded();
    }

    /** Replaces the Query at hand by another; the caller notes it. */
    static void inPlace(Turn turn, ClientRun run, String sql) {
        run.replaceMessage();
        FrontendMessages.query(run.out(sql.length() + ClientRun.HEADER_BYTES + 1), sql);
        turn.unnamed().gone();
        turn.server().statements().unnamed(null);
    }

    /** Replaces the Query at hand by another, whose answer goes to the client. */
    static Step instead(Turn turn, ClientRun run, String sql, @Nullable Effect effect) {
        int here = run.here();
        inPlace(turn, run, sql);
        turn.server().ledger().sent(Request.QUERY, 0, effect);
        turn.server().statements().batchEnded();
        run.pass(here);
        return Step.DONE;
    }

    /** Begins a block ahead of the message at hand, and makes it fail if {@code fails}. */
    static void begin(Turn turn, ClientRun run, Flow flow, byte[] text, boolean fails) {
        ahead(turn, run, text, new MustBegin(flow));
        if (fails) {
            ahead(turn, run, FAIL, new MustFail(flow));
        }
    }

    /** A query that must succeed, else the connection is in the wrong state. */
    record MustSucceed(ServerConnection server) implements InjectedQuery {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            server.markCloseNeeded();
        }
    }

    /** A BEGIN ahead of what must not run outside a transaction, but has if this fails. */
    record MustBegin(Flow flow) implements InjectedQuery {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            flow.broken();
        }
    }

    /** A query that must fail, to put the connection into the right state. */
    record MustFail(Flow flow) implements InjectedQuery {
        @Override
        public void succeeded() {
            flow.broken();
        }

        @Override
        public void failed() {}
    }

    /** One of two queries that change parameters temporarily, there and back. */
    record ThereAndBack(ServerConnection server) implements InjectedQuery {
        @Override
        public boolean isTemporary() {
            return true;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            server.markCloseNeeded();
        }
    }
}
