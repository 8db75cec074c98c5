package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.pool.Channels;
import dev.weir.protocol.FrontendMessages;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the connection that a client holds listen on the channels on which the client listens by
 * the shared one, ahead of a text that may UNLISTEN some of them.
 *
 * <p>A setting that is set together with the LISTENs shows whether they were rolled back
 * afterwards.
 */
final class Relistening implements InjectedQuery {
    /** The facts of texts that may UNLISTEN. */
    private static final long TAKES_AWAY = StatementFacts.UNLISTENS | StatementFacts.DISCARD_ALL;

    private static final String NAME = "weir_listen";
    private static final byte[] NAME_BYTES = NAME.getBytes(StandardCharsets.US_ASCII);

    private enum State {
        NOTHING,
        /** Done inside a transaction: it lasts unless that is rolled back. */
        INSIDE,
        /** Done outside a transaction: it lasts. */
        OUTSIDE
    }

    private State state = State.NOTHING;

    /** ROLLBACK TO may have undone the LISTENs inside a transaction block. */
    private boolean mayBeUndone;

    private long number;

    /** Whether a text with these facts needs the channels, and the connection lacks them. */
    boolean isDue(long flags) {
        return (flags & TAKES_AWAY) != 0 && (state == State.NOTHING || mayBeUndone);
    }

    /** A text with these facts is about to run. */
    void willRun(long flags) {
        mayBeUndone |= (flags & StatementFacts.SAVEPOINT_CONTROL) != 0 && state == State.INSIDE;
    }

    /** Listens by a query. */
    void relisten(ByteBuf out, Ledger ledger, Collection<String> names) {
        var sql = new StringBuilder();
        if (mayBeUndone) {
            sql.append(again(names));
        } else {
            boolean isOutside = ledger.isQuiet() && ledger.transactionStatus() == 'I';
            state = isOutside ? State.OUTSIDE : State.INSIDE;
            Channels.listen(sql, names);
            sql.append(evidence());
        }
        mayBeUndone = false;
        FrontendMessages.query(out, Channels.bytes(sql));
        ledger.sent(Request.QUERY, Ledger.PRIVATE, this);
    }

    /** Listens by messages within the batch that is open. */
    void relistenInside(ByteBuf out, Ledger ledger, Collection<String> names) {
        if (mayBeUndone) {
            mayBeUndone = false;
            run(out, ledger, again(names));
            return;
        }
        state = State.INSIDE;
        for (String name : names) {
            var sql = new StringBuilder();
            Channels.listen(sql, List.of(name));
            sql.setLength(sql.length() - 1);
            run(out, ledger, sql);
        }
        run(out, ledger, evidence());
    }

    private static void run(ByteBuf out, Ledger ledger, CharSequence sql) {
        FrontendMessages.parse(out, NAME_BYTES, Channels.bytes(sql));
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        FrontendMessages.bind(out, NAME, NAME);
        ledger.sent(Request.BIND, Ledger.SWALLOWED, null);
        FrontendMessages.execute(out, NAME, 0);
        ledger.sent(Request.EXECUTE, Ledger.SWALLOWED, null);
        FrontendMessages.close(out, (byte) 'P', NAME_BYTES);
        ledger.sent(Request.CLOSE, Ledger.SWALLOWED, null);
        FrontendMessages.close(out, (byte) 'S', NAME_BYTES);
        ledger.sent(Request.CLOSE, Ledger.SWALLOWED, null);
    }

    private String evidence() {
        return "SET weir.listened='" + ++number + '\'';
    }

    /** Listens again unless that is still in effect: an UNLISTEN since then must not be undone. */
    private String again(Collection<String> names) {
        var sql = new StringBuilder("DO LANGUAGE plpgsql $weir_listen$BEGIN IF NOT coalesce(");
        sql.append("pg_catalog.current_setting('weir.listened',true) OPERATOR(pg_catalog.=) '")
                .append(number)
                .append("',false) THEN ");
        Channels.listen(sql, names);
        return sql.append("PERFORM pg_catalog.set_config('weir.listened','")
                .append(number)
                .append("',false);END IF;END$weir_listen$")
                .toString();
    }

    @Override
    public void succeeded() {}

    @Override
    public void failed() {
        if (state == State.OUTSIDE) {
            state = State.NOTHING;
        }
    }

    /** Forgets everything: the connection is gone, or the transaction over. */
    void giveUp() {
        state = State.NOTHING;
        mayBeUndone = false;
    }

    /**
     * The transaction is over.
     *
     * @param evidence the value of that setting; null if it is not set
     * @return whether the connection listens on exactly the channels of the client now
     */
    boolean stands(@Nullable String evidence) {
        boolean stands =
                switch (state) {
                    case NOTHING -> false;
                    case INSIDE -> Long.toString(number).equals(evidence);
                    case OUTSIDE -> true;
                };
        giveUp();
        return stands;
    }
}
