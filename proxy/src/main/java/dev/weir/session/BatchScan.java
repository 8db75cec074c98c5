package dev.weir.session;

import static dev.weir.session.ClientRun.HEADER_BYTES;

import dev.weir.backend.Statement;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The batch that begins with the message at hand, as far as it has come: what it runs, and whether
 * all of it is here. Looks ahead in the read and changes nothing.
 */
final class BatchScan {
    private final Turn turn;
    private final ClientRun run;
    private final ClientTexts texts;
    private final List<byte[]> names = new ArrayList<>();
    private final List<Access> named = new ArrayList<>();

    private Access first = Access.TOO_LONG;
    private Access worst = Access.TOO_LONG;
    private Access last = Access.TOO_LONG;
    private int executed;
    private boolean complete;
    private boolean denied;
    private boolean allRead;
    private boolean controls;
    private boolean mayCommit;
    private boolean mayWrite;
    private boolean definesFunctions;
    private int end;

    BatchScan(Turn turn, ClientRun run, ClientTexts texts) {
        this.turn = turn;
        this.run = run;
        this.texts = texts;
    }

    /** The first statement that it runs; if it runs none, that which it parses. */
    Access first() {
        return first;
    }

    /** The first that is no read; else the first. */
    Access worst() {
        return worst;
    }

    Access last() {
        return last;
    }

    /** Whether one of them must not run on a standby. */
    boolean isDenied() {
        return denied;
    }

    boolean isAllRead() {
        return allRead;
    }

    /** Whether it may leave a transaction block open or closed, or take a COPY. */
    boolean controls() {
        return controls;
    }

    /** Whether it may commit a transaction that was open before it. */
    boolean mayCommit() {
        return mayCommit || !complete;
    }

    /** Whether it may change something that others can read. */
    boolean mayWrite() {
        return mayWrite;
    }

    /** Whether it may create, alter or drop a function. */
    boolean definesFunctions() {
        return definesFunctions;
    }

    /** Whether it runs one text at most. */
    boolean isLone() {
        return executed <= 1;
    }

    /** Whether it ends within the read. */
    boolean isComplete() {
        return complete;
    }

    /** Whether it is one Query, and nothing else has come. */
    boolean isLoneQuery() {
        return complete && run.tag() == FrontendTag.QUERY && end == run.in().writerIndex();
    }

    /** The names that it gives to statements. */
    List<byte[]> names() {
        return names;
    }

    /** All of it, for the caller to release. */
    ByteBuf copy() {
        int length = end - run.at();
        return run.in().alloc().buffer(length).writeBytes(run.in(), run.at(), length);
    }

    void look(@Nullable Functions functions) {
        names.clear();
        named.clear();
        executed = 0;
        complete = false;
        denied = false;
        controls = false;
        mayCommit = false;
        mayWrite = false;
        definesFunctions = false;
        allRead = true;
        ByteBuf in = run.in();
        Access unnamed = turn.unnamed().access();
        Access parsed = null;
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
                    runs(texts.access(in, body, Math.max(0, length - 5)), functions);
                    complete = true;
                }
                case FrontendTag.PARSE -> {
                    int name = in.indexOf(body, next, (byte) 0);
                    int text = name < 0 ? -1 : in.indexOf(name + 1, next, (byte) 0);
                    if (text >= 0) {
                        parsed = texts.access(in, name + 1, text - name - 1, next);
                        if (name == body) {
                            unnamed = parsed;
                        } else {
                            byte[] bytes = new byte[name - body];
                            in.getBytes(body, bytes);
                            names.add(bytes);
                            named.add(parsed);
                        }
                    }
                }
                case FrontendTag.BIND -> {
                    int portal = in.indexOf(body, next, (byte) 0);
                    int name = portal < 0 ? -1 : in.indexOf(portal + 1, next, (byte) 0);
                    boolean isUnnamed = name == portal + 1;
                    runs(isUnnamed ? unnamed : statement(in, portal + 1, name), functions);
                }
                case FrontendTag.SYNC -> complete = true;
                case FrontendTag.FUNCTION_CALL -> {
                    runs(Access.TOO_LONG, functions);
                    complete = true;
                }
                default -> {}
            }
            p = next;
        }
        end = p;
        if (executed == 0) {
            runs(parsed == null ? Access.TOO_LONG : parsed, functions);
            mayWrite = !complete;
            executed = 0;
        }
        mayWrite |= !complete;
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

    private void runs(Access access, @Nullable Functions functions) {
        boolean isRead = access.isRead(functions);
        if (executed++ == 0) {
            first = worst = access;
        } else if (allRead && !isRead) {
            worst = access;
        }
        last = access;
        if (access.isDenied() && !denied) {
            denied = true;
            worst = access;
        }
        allRead &= isRead;
        mayWrite |= access.mayWrite(functions);
        controls |= access.controls();
        mayCommit |= access.mayCommit();
        definesFunctions |= access.definesFunctions();
    }
}
