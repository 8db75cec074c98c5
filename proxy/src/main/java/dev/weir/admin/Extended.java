package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.FrontendTag;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The extended query protocol of one console: its statements and portals. After an error all
 * messages up to the next Sync are skipped.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY">Extended
 *     query</a>
 */
final class Extended {
    /** How many statements a console may have, and how long they may be together. */
    private static final int STATEMENTS_MAX = 1_000;

    private static final int STATEMENT_CHARS_MAX = 1 << 20;

    /** How many portals, each of which may hold the whole of an answer. */
    private static final int PORTALS_MAX = 32;

    private final Replies replies;
    private final Consumer<String> early;
    private final Map<String, String> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();
    private int statementChars;
    private boolean skipping;

    /** The answer to one message, written when it is known. */
    interface Answer {
        void writeTo(ByteBuf out);
    }

    /** A bound statement, and how many of its rows have been fetched. */
    private static final class Portal {
        private final String text;
        private final ResultFormat format;
        private @Nullable Table table;
        private int next;

        Portal(String text, ResultFormat format) {
            this.text = text;
            this.format = format;
        }
    }

    /**
     * Answers as {@code replies} do.
     *
     * @param early takes the notices that come before an answer; on any thread
     */
    Extended(Replies replies, Consumer<String> early) {
        this.replies = replies;
        this.early = early;
    }

    static boolean isOne(byte tag) {
        return switch (tag) {
            case FrontendTag.PARSE,
                    FrontendTag.BIND,
                    FrontendTag.DESCRIBE,
                    FrontendTag.EXECUTE,
                    FrontendTag.CLOSE ->
                    true;
            default -> false;
        };
    }

    /** Whether messages are being skipped, simple queries included. */
    boolean isSkipping() {
        return skipping;
    }

    /** A Sync: ends the batch, and the transaction with its portals. */
    void synced() {
        skipping = false;
        portals.clear();
    }

    /** Answers one message; perhaps later, and on another thread. */
    CompletableFuture<Answer> to(byte tag, ByteBuf body) {
        if (skipping) {
            return now(_ -> {});
        }
        try {
            return switch (tag) {
                case FrontendTag.PARSE -> parse(body);
                case FrontendTag.BIND -> bind(body);
                case FrontendTag.DESCRIBE -> describe(body);
                case FrontendTag.EXECUTE -> execute(body);
                default -> close(body);
            };
        } catch (IndexOutOfBoundsException e) {
            throw new ProtocolViolation("insufficient data left in message");
        }
    }

    private CompletableFuture<Answer> parse(ByteBuf body) {
        String name = string(body);
        String text = string(body);
        if (!name.isEmpty() && statements.containsKey(name)) {
            return failed(ProxyError.CONSOLE_DUPLICATE_STATEMENT, name);
        }
        int chars = statementChars + name.length() + text.length();
        if (statements.size() >= STATEMENTS_MAX || chars > STATEMENT_CHARS_MAX) {
            return failed(ProxyError.CONSOLE_TOO_MANY_NAMES);
        }
        forget(name);
        statements.put(name, text);
        statementChars += name.length() + text.length();
        return now(BackendMessages::parseComplete);
    }

    private void forget(String statement) {
        String text = statements.remove(statement);
        statementChars -= text == null ? 0 : statement.length() + text.length();
    }

    private CompletableFuture<Answer> bind(ByteBuf body) {
        String portal = string(body);
        String name = string(body);
        String text = statements.get(name);
        if (text == null) {
            return failed(ProxyError.CONSOLE_NO_SUCH_STATEMENT, name);
        }
        body.skipBytes(2 * body.readUnsignedShort());
        int parameters = body.readUnsignedShort();
        boolean mayHave = Command.parse(text) instanceof Command.Catalog;
        if (parameters > 0 && !mayHave) {
            return failed(ProxyError.CONSOLE_BAD_ARGUMENTS);
        }
        if (portals.size() >= PORTALS_MAX && !portals.containsKey(portal)) {
            return failed(ProxyError.CONSOLE_TOO_MANY_NAMES);
        }
        for (int i = 0; i < parameters; i++) {
            body.skipBytes(Math.max(0, body.readInt()));
        }
        ResultFormat format = ResultFormat.read(body);
        if (format == null) {
            return failed(ProxyError.CONSOLE_BAD_ARGUMENTS);
        }
        portals.put(portal, new Portal(text, format));
        return now(BackendMessages::bindComplete);
    }

    private CompletableFuture<Answer> describe(ByteBuf body) {
        boolean isStatement = body.readByte() == 'S';
        String name = string(body);
        if (isStatement) {
            String text = statements.get(name);
            return text == null
                    ? failed(ProxyError.CONSOLE_NO_SUCH_STATEMENT, name)
                    : rowsOf(text)
                            .thenApply(table ->
                                    out -> {
                                        BackendMessages.parameterDescription(out);
                                        describe(out, table, ResultFormat.TEXT);
                                    });
        }
        Portal portal = portals.get(name);
        return portal == null
                ? failed(ProxyError.CONSOLE_NO_SUCH_PORTAL, name)
                : rowsOf(portal.text)
                        .thenApply(table ->
                                out -> {
                                    portal.table = table;
                                    describe(out, table, portal.format);
                                });
    }

    private static void describe(ByteBuf out, @Nullable Table table, ResultFormat format) {
        if (table == null || !format.fits(table.columns().size())) {
            BackendMessages.noData(out);
        } else {
            format.rowDescription(out, table.columns());
        }
    }

    /** The rows of what only shows; null for anything else, which is not carried out. */
    private CompletableFuture<@Nullable Table> rowsOf(String text) {
        if (!Command.parse(text).hasRows()) {
            return CompletableFuture.completedFuture(null);
        }
        return replies.to(text, early)
                .thenApply(reply -> reply instanceof Reply.Rows(var t) ? t : null);
    }

    private CompletableFuture<Answer> execute(ByteBuf body) {
        Portal portal = portals.get(string(body));
        int rowsMax = body.readInt();
        if (portal == null) {
            return failed(ProxyError.CONSOLE_NO_SUCH_PORTAL, "");
        }
        Table table = portal.table;
        if (table != null) {
            return now(out -> rows(out, portal, table, rowsMax));
        }
        return replies.to(portal.text, early)
                .thenApply(reply ->
                        out -> {
                            switch (reply) {
                                case Reply.Rows(Table made) -> {
                                    portal.table = made;
                                    rows(out, portal, made, rowsMax);
                                }
                                case Reply.Failure _ -> {
                                    skipping = true;
                                    reply.writeTo(out);
                                }
                                default -> reply.writeTo(out);
                            }
                        });
    }

    private void rows(ByteBuf out, Portal portal, Table table, int rowsMax) {
        if (!portal.format.fits(table.columns().size())) {
            skipping = true;
            Reply.failure(ProxyError.CONSOLE_BAD_ARGUMENTS).writeTo(out);
            return;
        }
        List<Row> rows = table.rows();
        int end = rowsMax > 0 ? Math.min(rows.size(), portal.next + rowsMax) : rows.size();
        while (portal.next < end) {
            portal.format.dataRow(out, table.columns(), rows.get(portal.next++));
        }
        if (rowsMax > 0 && end < rows.size()) {
            out.writeByte('s').writeInt(4); // PortalSuspended
        } else {
            BackendMessages.commandComplete(out, "SHOW");
        }
    }

    private CompletableFuture<Answer> close(ByteBuf body) {
        boolean isStatement = body.readByte() == 'S';
        String name = string(body);
        if (isStatement) {
            forget(name);
        } else {
            portals.remove(name);
        }
        return now(BackendMessages::closeComplete);
    }

    private CompletableFuture<Answer> failed(ProxyError error, Object... blanks) {
        skipping = true;
        return now(out -> Reply.failure(error, blanks).writeTo(out));
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static String string(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0) {
            throw new ProtocolViolation("invalid string in message");
        }
        String text = body.readCharSequence(length, StandardCharsets.UTF_8).toString();
        body.skipBytes(1);
        return text;
    }
}
