package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.config.PoolMode;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.sql.Text;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are forwarded unchanged: all of them in session mode, where a client has its server
 * connection to itself, and those that a server ignores. Their texts are read for observers of the
 * connection, and for {@link Belongings}.
 */
final class Untracked {
    /** The most memory for the texts of named statements; the eldest are dropped. */
    private static final int TEXT_BYTES_MAX = 256 * 1024;

    /** The beginning of the body of a Close of a statement, rather than of a portal. */
    private static final byte[] STATEMENT = {'S'};

    private final ClientRun run;
    private final BatchGuard batch;
    private final ClientTexts texts;
    private final Turn turn;
    private final boolean readsTexts;
    private final @Nullable Routing routing;

    /** The client's prepared statements, eldest first; null until there is one to remember. */
    private @Nullable Map<String, Text> named;

    private int textBytes;

    Untracked(
            Turn turn,
            ClientRun run,
            BatchGuard batch,
            ClientTexts texts,
            @Nullable Routing routing) {
        this.turn = turn;
        this.run = run;
        this.batch = batch;
        this.texts = texts;
        this.readsTexts = turn.mode() == PoolMode.SESSION;
        this.routing = routing;
    }

    private boolean isTold(Ledger ledger) {
        return ledger.isObserved() && isRead(ledger);
    }

    private boolean isRead(Ledger ledger) {
        return readsTexts && !ledger.isSkipping() && !ledger.awaitsCopyData();
    }

    /** What depends on what the message at hand does; null if nothing does. */
    private @Nullable Belongings belongings(Ledger ledger) {
        Belongings own = isRead(ledger) ? turn.belongings() : null;
        return own == null || own.isTied() ? null : own;
    }

    boolean query(Ledger ledger) {
        Text text = null;
        Belongings own = belongings(ledger);
        int length = (int) run.total() - HEADER_BYTES - 1;
        if ((own != null || isTold(ledger)) && length >= 0 && run.isWhole()) {
            text = texts.query(run.in(), run.body(), length);
            text = text == null ? texts.unkept() : text;
        }
        if (own != null && length >= 0) {
            own.runs(text, text == null ? 0 : texts.flags(text.facts()));
        }
        return batch.ends(ledger, Request.QUERY, null, text);
    }

    boolean parse(Ledger ledger) {
        Text text = null;
        Belongings own = belongings(ledger);
        if (own != null || isTold(ledger)) {
            int nameEnd = run.textEnd(run.body());
            int textEnd = nameEnd < 0 || !run.isWhole() ? -1 : run.textEnd(nameEnd + 1);
            if (textEnd >= 0) {
                int start = nameEnd + 1;
                text = texts.parse(run.in(), start, textEnd - start, run.messageEnd());
            }
            if (nameEnd >= 0 && isTold(ledger)) {
                remember(name(run.body(), nameEnd), text);
            }
            if (own != null) {
                boolean isNamed = nameEnd != run.body();
                own.parses(isNamed, text, text == null ? 0 : texts.flags(text.facts()));
            }
        }
        ledger.sent(Request.PARSE, 0, null, text);
        answersRoute(ledger);
        return true;
    }

    /** Puts the answer in the place of an EXPLAIN ROUTE. */
    private void answersRoute(Ledger ledger) {
        Routing asked = readsTexts && !ledger.isSkipping() ? routing : null;
        if (asked != null && !ledger.awaitsCopyData() && RouteQuestion.of(run) != null) {
            byte[] name = run.bytes(run.body(), run.textEnd(run.body()));
            RouteQuestion.write(run, Objects.requireNonNull(asked.parsed()), name);
        }
    }

    boolean bind(Ledger ledger) {
        int portal = run.body();
        int portalEnd = isTold(ledger) ? run.textEnd(portal) : -1;
        int nameEnd = portalEnd < 0 ? -1 : run.textEnd(portalEnd + 1);
        if (nameEnd < 0) {
            return BatchGuard.sent(ledger, Request.BIND);
        }
        Map<String, Text> all = named;
        Text text = all == null ? null : all.get(name(portalEnd + 1, nameEnd));
        return batch.bind(ledger, portal, portalEnd, text);
    }

    boolean close(Ledger ledger) {
        int name = run.body() + 1;
        Belongings own = belongings(ledger);
        int nameEnd = own != null || isTold(ledger) ? run.textEnd(name) : -1;
        if (nameEnd >= 0 && run.isAt(run.body(), STATEMENT)) {
            if (own != null && nameEnd == name) {
                own.closesUnnamed();
            }
            remember(name(name, nameEnd), null);
        }
        return BatchGuard.sent(ledger, Request.CLOSE);
    }

    private String name(int start, int end) {
        return run.in().toString(start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The name has this text from now on; null if the text is unknown, or the name closed. */
    private void remember(String name, @Nullable Text text) {
        Map<String, Text> all = named;
        if (all == null) {
            if (text == null) {
                return;
            }
            named = all = new LinkedHashMap<>();
        }
        Text before = text == null ? all.remove(name) : all.put(name, text);
        textBytes += weight(text) - weight(before);
        var eldest = all.entrySet().iterator();
        while (textBytes > TEXT_BYTES_MAX && eldest.hasNext()) {
            textBytes -= weight(eldest.next().getValue());
            eldest.remove();
        }
    }

    private static int weight(@Nullable Text text) {
        return text == null ? 0 : text.weight();
    }
}
