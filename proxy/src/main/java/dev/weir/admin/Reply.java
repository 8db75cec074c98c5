package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.protocol.BackendMessages;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer of the console, up to ReadyForQuery. */
public sealed interface Reply {
    /** The rows of a SHOW. */
    record Rows(Table table) implements Reply {}

    /** A notice, and nothing else. */
    record Notice(String text, @Nullable String detail, String tag) implements Reply {}

    /**
     * Done.
     *
     * @param notices what the user should know
     */
    record Done(String tag, List<String> notices) implements Reply {
        Done(String tag) {
            this(tag, List.of());
        }
    }

    /** The command is refused. */
    record Failure(Refusal why) implements Reply {}

    /** To a text without a command. */
    record Empty() implements Reply {}

    static Reply failure(ProxyError error, Object... blanks) {
        return new Failure(error.refusal(blanks));
    }

    /** The same, with these notices ahead, if it has any. */
    default Reply after(List<String> early) {
        if (early.isEmpty() || !(this instanceof Done(String tag, List<String> notices))) {
            return this;
        }
        var all = new ArrayList<>(early);
        all.addAll(notices);
        return new Done(tag, all);
    }

    /** Writes it as the answer to a simple query. */
    default void writeTo(ByteBuf out) {
        switch (this) {
            case Rows(Table table) -> {
                BackendMessages.rowDescription(out, table.columns());
                table.rows().forEach(row -> BackendMessages.dataRow(out, row.cells()));
                BackendMessages.commandComplete(out, "SHOW");
            }
            case Notice(String text, String detail, String tag) -> {
                BackendMessages.notice(out, "NOTICE", "00000", text, detail, null);
                BackendMessages.commandComplete(out, tag);
            }
            case Done(String tag, List<String> notices) -> {
                for (String text : notices) {
                    BackendMessages.notice(out, "NOTICE", "00000", text, null, null);
                }
                BackendMessages.commandComplete(out, tag);
            }
            case Failure(Refusal why) -> why.writeTo(out);
            case Empty _ -> BackendMessages.emptyQueryResponse(out);
        }
    }
}
