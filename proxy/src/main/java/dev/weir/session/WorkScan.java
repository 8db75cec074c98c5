package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.catalog.Closure;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.Classifier;
import dev.weir.sql.Functions;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out from its bytes what a batch does. It need not be fast: it is used only when a
 * connection is lost.
 */
final class WorkScan {
    private final Turn turn;
    private final ClientTexts texts;
    private final ByteBuf in;
    private final Work work;

    /** The names that, by the catalog, reach more than tables; null if the catalog is not known. */
    private final @Nullable StateNames names;

    /** The statements that the batch itself has parsed, by name. */
    private final List<byte[]> parsedNames = new ArrayList<>();

    private final List<Text> parsedTexts = new ArrayList<>();

    /** The portals that it has bound, and the text of each; null if that is not known. */
    private final List<byte[]> portals = new ArrayList<>();

    private final List<@Nullable Text> bound = new ArrayList<>();

    private WorkScan(Turn turn, ClientTexts texts, @Nullable Functions functions, ByteBuf in) {
        this.work = new Work(functions);
        this.turn = turn;
        this.texts = texts;
        this.in = in;
        Closure known = turn.catalog().closure();
        this.names = known == null ? null : known.names();
    }

    /**
     * What the batch in {@code in} does; its last message may be cut. Borrows {@code in}.
     *
     * @param functions the functions and views of the database that write; null if not known
     */
    static Work of(
            Turn turn,
            ClientTexts texts,
            @Nullable Functions functions,
            ByteBuf in,
            int from,
            int end) {
        var scan = new WorkScan(turn, texts, functions, in);
        scan.scan(from, end);
        return scan.work;
    }

    private void scan(int from, int end) {
        int p = from;
        while (end - p >= HEADER_BYTES) {
            int body = p + HEADER_BYTES;
            int next = p + 1 + in.getInt(p + 1);
            if (next < body || next > end) {
                work.addUnknown();
                return;
            }
            switch (in.getByte(p)) {
                case FrontendTag.QUERY -> {
                    query(body, next);
                    return;
                }
                case FrontendTag.PARSE -> parse(body, next);
                case FrontendTag.BIND -> bind(body, next);
                case FrontendTag.EXECUTE -> execute(body, next);
                case FrontendTag.FUNCTION_CALL -> {
                    work.addUnknown();
                    return;
                }
                case FrontendTag.SYNC -> {
                    return;
                }
                default -> {}
            }
            p = next;
        }
    }

    private void query(int body, int next) {
        int length = next - 1 - body;
        if (length < 0 || length > Classifier.TEXT_BYTES_MAX) {
            work.addUnknown();
            return;
        }
        Text text = texts.query(in, body, length);
        StatementFacts facts = text == null ? texts.facts() : text.facts();
        long flags = texts.flags(facts);
        StateNames by = names;
        int effects = by == null ? -1 : texts.queryEffects(text, by);
        work.add(flags, texts.access(in, body, length), effects);
    }

    private void parse(int body, int next) {
        int name = in.indexOf(body, next, (byte) 0);
        int stop = name < 0 ? -1 : in.indexOf(name + 1, next, (byte) 0);
        if (stop >= 0 && stop - name - 1 <= Classifier.TEXT_BYTES_MAX) {
            parsedNames.add(bytes(body, name));
            parsedTexts.add(texts.parse(in, name + 1, stop - name - 1, next));
        }
    }

    private void bind(int body, int next) {
        int portal = in.indexOf(body, next, (byte) 0);
        int name = portal < 0 ? -1 : in.indexOf(portal + 1, next, (byte) 0);
        if (name >= 0) {
            portals.add(bytes(body, portal));
            bound.add(statement(portal + 1, name));
        }
    }

    private @Nullable Text statement(int start, int stop) {
        byte[] name = bytes(start, stop);
        int at = last(parsedNames, name);
        if (at >= 0) {
            return parsedTexts.get(at);
        } else if (name.length == 0) {
            return turn.unnamed().text();
        }
        ClientStatements.Entry entry = turn.statements().find(name);
        return entry == null ? null : entry.statement().text();
    }

    private void execute(int body, int next) {
        int stop = in.indexOf(body, next, (byte) 0);
        int at = stop < 0 ? -1 : last(portals, bytes(body, stop));
        Text text = at < 0 ? null : bound.get(at);
        if (text == null) {
            work.addUnknown();
            return;
        }
        StateNames by = names;
        long flags = texts.flags(text.facts());
        work.add(flags, text.access(), by == null ? -1 : text.effects(by));
    }

    private byte[] bytes(int start, int stop) {
        byte[] copy = new byte[stop - start];
        in.getBytes(start, copy);
        return copy;
    }

    private static int last(List<byte[]> all, byte[] one) {
        for (int i = all.size() - 1; i >= 0; i--) {
            if (java.util.Arrays.equals(all.get(i), one)) {
                return i;
            }
        }
        return -1;
    }
}
