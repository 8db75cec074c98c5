package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.config.PoolMode;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.sql.Text;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages that go on as they are: all in session mode, where a client has its server connection to
 * itself, and what a server ignores. If somebody looks on at the connection, their texts are read
 * for those.
 */
final class Untracked {
    /** What the texts of named statements may take in memory; the eldest give way. */
    private static final int TEXT_BYTES_MAX = 256 * 1024;

    /** What a Close of a statement, not of a portal, begins with. */
    private static final byte[] STATEMENT = {'S'};

    private final ClientRun run;
    private final BatchGuard batch;
    private final ClientTexts texts;
    private final boolean readsTexts;

    /** The client's prepared statements, eldest first; null until there is one to remember. */
    private @Nullable Map<String, Text> named;

    private int textBytes;

    Untracked(Turn turn, ClientRun run, BatchGuard batch, ClientTexts texts) {
        this.run = run;
        this.batch = batch;
        this.texts = texts;
        this.readsTexts = turn.mode() == PoolMode.SESSION;
    }

    private boolean isTold(Ledger ledger) {
        return readsTexts
                && ledger.isObserved()
                && !ledger.isSkipping()
                && !ledger.awaitsCopyData();
    }

    boolean query(Ledger ledger) {
        Text text = null;
        int length = (int) run.total() - HEADER_BYTES - 1;
        if (isTold(ledger) && length >= 0 && run.isWhole()) {
            text = texts.query(run.in(), run.body(), length);
            text = text == null ? texts.unkept() : text;
        }
        return batch.ends(ledger, Request.QUERY, null, text);
    }

    boolean parse(Ledger ledger) {
        Text text = null;
        if (isTold(ledger)) {
            int nameEnd = run.textEnd(run.body());
            int textEnd = nameEnd < 0 || !run.isWhole() ? -1 : run.textEnd(nameEnd + 1);
            if (textEnd >= 0) {
                int start = nameEnd + 1;
                text = texts.parse(run.in(), start, textEnd - start, run.messageEnd());
            }
            if (nameEnd >= 0) {
                remember(name(run.body(), nameEnd), text);
            }
        }
        ledger.sent(Request.PARSE, 0, null, text);
        return true;
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
        int nameEnd = isTold(ledger) ? run.textEnd(name) : -1;
        if (nameEnd >= 0 && run.isAt(run.body(), STATEMENT)) {
            remember(name(name, nameEnd), null);
        }
        return BatchGuard.sent(ledger, Request.CLOSE);
    }

    private String name(int start, int end) {
        return run.in().toString(start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** The name stands for this text now; null if that is not known, or for none. */
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
