package dev.weir.admin;

import dev.weir.error.ProxyError;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What the console answers to a text. */
final class Replies {
    /** The console that clients find: PgBouncer's, of this version. Their drivers look at it. */
    private static final String DIALECT = "1.25.2/bouncer";

    /** What a server would report; drivers ask for some of it again. */
    private static final Map<String, String> PARAMETERS =
            Map.of(
                    "server_version", DIALECT,
                    "client_encoding", "UTF8",
                    "server_encoding", "UTF8",
                    "DateStyle", "ISO",
                    "TimeZone", "GMT",
                    "standard_conforming_strings", "on",
                    "is_superuser", "on");

    /** Settings that drivers SHOW and SET without knowing where they are. */
    private static final Map<String, String> FAKE_SETTINGS =
            Map.of(
                    "client_encoding", "UTF-8",
                    "default_transaction_isolation", "read committed",
                    "standard_conforming_strings", "on",
                    "datestyle", "ISO",
                    "timezone", "GMT");

    private final Access access;
    private final Survey survey;

    /** An answer up to ReadyForQuery. */
    interface Reply {
        void writeTo(ByteBuf out);
    }

    Replies(Access access, Survey survey) {
        this.access = access;
        this.survey = survey;
    }

    void greet(ByteBuf out, CancelKey key) {
        PARAMETERS.forEach((name, value) -> BackendMessages.parameterStatus(out, name, value));
        BackendMessages.backendKeyData(out, key);
        BackendMessages.readyForQuery(out, (byte) 'I');
    }

    /** Answers; perhaps later, and on another loop. */
    CompletableFuture<Reply> to(String text) {
        return switch (Command.parse(text)) {
            case Command.Empty _ -> now(BackendMessages::emptyQueryResponse);
            case Command.Show(String topic) -> show(topic, text);
            case Command.Assign(String key, String _) -> assign(key);
            case Command.Act(Command.Verb verb, String _) ->
                    access == Access.ADMIN
                            ? error(ProxyError.CONSOLE_NOT_IMPLEMENTED, verb.name())
                            : error(ProxyError.CONSOLE_ADMIN_NEEDED);
            case Command.Invalid(String what) -> error(ProxyError.CONSOLE_INVALID_COMMAND, what);
        };
    }

    private CompletableFuture<Reply> show(String name, String text) {
        if (name.equals("HELP")) {
            return now(Replies::help);
        }
        Topic topic = Topic.find(name);
        if (topic == null) {
            String setting = name.toLowerCase(Locale.ROOT);
            String value = FAKE_SETTINGS.get(setting);
            return value == null
                    ? error(ProxyError.CONSOLE_INVALID_COMMAND, text)
                    : now(shown(new Table(Table.columns(setting), List.of(Row.of(value)))));
        }
        if (topic == Topic.FDS && access != Access.ADMIN) {
            return error(ProxyError.CONSOLE_ADMIN_NEEDED);
        }
        Report report = topic.report();
        return report == null
                ? error(ProxyError.CONSOLE_NOT_IMPLEMENTED, "SHOW " + name)
                : report.make(survey).thenApply(Replies::shown);
    }

    private CompletableFuture<Reply> assign(String key) {
        if (FAKE_SETTINGS.containsKey(key.toLowerCase(Locale.ROOT))) {
            return now(out -> {
                BackendMessages.notice(out, "NOTICE", "00000", "SET ignored", null, null);
                BackendMessages.commandComplete(out, "SET");
            });
        }
        return access == Access.ADMIN
                ? error(ProxyError.CONSOLE_NOT_IMPLEMENTED, "SET")
                : error(ProxyError.CONSOLE_ADMIN_NEEDED);
    }

    private static Reply shown(Table table) {
        return out -> {
            table.writeTo(out);
            BackendMessages.commandComplete(out, "SHOW");
        };
    }

    private static void help(ByteBuf out) {
        String detail = "\n\tSHOW HELP|" + Topic.list();
        BackendMessages.notice(out, "NOTICE", "00000", "Console usage", detail, null);
        BackendMessages.commandComplete(out, "SHOW");
    }

    private static CompletableFuture<Reply> error(ProxyError error, Object... blanks) {
        String message = error.message(blanks);
        return now(out ->
                BackendMessages.error(
                        out, error.severity().name(), error.sqlState(), message, null, null));
    }

    private static CompletableFuture<Reply> now(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
