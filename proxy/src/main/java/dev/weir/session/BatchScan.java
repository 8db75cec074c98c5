package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.Statement;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.Demand;
import dev.weir.sql.Access;
import dev.weir.sql.Classifier;
import dev.weir.sql.Functions;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batch that begins with the message at hand, as far as it has arrived: what it runs, and
 * whether it is complete. Looks ahead in the read and changes nothing.
 */
final class BatchScan {
    private final Turn turn;
    private final ClientRun run;
    private final ClientTexts texts;
    private final Demand demand;
    private final List<byte[]> names = new ArrayList<>();
    private final List<Access> named = new ArrayList<>();

    private int end;

    /** The text of the first Parse, and where that message begins in the read. */
    private @Nullable Text parsed;

    private int parsedAt;

    /** Creates a scan that fills {@code demand} each time it looks. */
    BatchScan(Turn turn, ClientRun run, ClientTexts texts, Demand demand) {
        this.turn = turn;
        this.run = run;
        this.texts = texts;
        this.demand = demand;
    }

    /** Whether it is a single Query, and nothing else has arrived. */
    boolean isLoneQuery() {
        return demand.isComplete()
                && run.tag() == FrontendTag.QUERY
                && end == run.in().writerIndex();
    }

    /** The end, in the read, of what has arrived of it. */
    int end() {
        return end;
    }

    /** The text of the Parse that begins at an index of the read, if it is the first; or null. */
    @Nullable Text parsed(int at) {
        return at == parsedAt ? parsed : null;
    }

    /** The read ends: its positions are no longer valid. */
    void forgetPositions() {
        parsed = null;
    }

    /**
     * Looks at what has arrived of it.
     *
     * @param functions what is known of the database's functions; null if nothing is
     */
    void look(@Nullable Functions functions) {
        names.clear();
        named.clear();
        parsed = null;
        demand.begin(functions);
        boolean complete = false;
        ByteBuf in = run.in();
        Access unnamed = turn.unnamed().access();
        int p = run.at();
        int limit = in.writerIndex();
        while (!complete && limit - p >= HEADER_BYTES) {
            int length = in.getInt(p + 1);
            if (length < 4 || length > limit - p - 1) {
                break;
            }
            int body = p + HEADER_BYTES;
            int next = p + 1 + length;
            switch (in.getByte(p)) {
                case FrontendTag.QUERY -> {
                    demand.runs(texts.access(in, body, Math.max(0, length - 5)));
                    complete = true;
                }
                case FrontendTag.PARSE -> {
                    int name = in.indexOf(body, next, (byte) 0);
                    int text = name < 0 ? -1 : in.indexOf(name + 1, next, (byte) 0);
                    if (text >= 0) {
                        Access access = parse(in, p, name + 1, text, next);
                        demand.parses(access);
                        if (name == body) {
                            unnamed = access;
                        } else {
                            byte[] bytes = new byte[name - body];
                            in.getBytes(body, bytes);
                            names.add(bytes);
                            named.add(access);
                        }
                    }
                }
                case FrontendTag.BIND -> {
                    int portal = in.indexOf(body, next, (byte) 0);
                    int name = portal < 0 ? -1 : in.indexOf(portal + 1, next, (byte) 0);
                    boolean isUnnamed = name == portal + 1;
                    demand.runs(isUnnamed ? unnamed : statement(in, portal + 1, name));
                }
                case FrontendTag.SYNC -> complete = true;
                case FrontendTag.FUNCTION_CALL -> {
                    demand.runs(Access.TOO_LONG);
                    complete = true;
                }
                default -> {}
            }
            p = next;
        }
        end = p;
        demand.end(complete);
    }

    /** The access that the text of a Parse needs. The Parse begins at {@code at}. */
    private Access parse(ByteBuf in, int at, int start, int stop, int next) {
        if (stop - start > Classifier.TEXT_BYTES_MAX) {
            return Access.TOO_LONG;
        }
        Text text = texts.parse(in, start, stop - start, next);
        if (parsed == null) {
            parsed = text;
            parsedAt = at;
        }
        return text.access();
    }

    private Access statement(ByteBuf in, int start, int stop) {
        if (stop < 0) {
            return Access.TOO_LONG;
        }
        for (int i = names.size() - 1; i >= 0; i--) {
            byte[] name = names.get(i);
            if (name.length == stop - start && run.isAt(start, name)) {
                return named.get(i);
            }
        }
        ClientStatements.Entry entry = turn.statements().find(in, start, stop);
        Statement statement = entry == null ? null : entry.statement();
        return statement == null ? Access.TOO_LONG : statement.text().access();
    }
}
