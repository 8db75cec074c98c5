package dev.weir.admin;

import dev.weir.cluster.Cluster;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Routing;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.net.ClientIdentity;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.CancelKey;
import dev.weir.route.RouteExplanation;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What the console answers to a text. */
final class Replies {
    /** The version that clients are told, PgBouncer's: their drivers look at it. */
    private static final String DIALECT = "1.25.2/bouncer";

    /** The parameters that a server would report; drivers ask for some of them again. */
    private static final Map<String, String> PARAMETERS =
            Map.of(
                    "server_version", DIALECT,
                    "client_encoding", "UTF8",
                    "server_encoding", "UTF8",
                    "DateStyle", "ISO",
                    "TimeZone", "GMT",
                    "standard_conforming_strings", "on",
                    "is_superuser", "on");

    /** Settings that drivers SHOW and SET although this is not PostgreSQL. */
    private static final Map<String, String> FAKE_SETTINGS =
            Map.of(
                    "client_encoding", "UTF-8",
                    "default_transaction_isolation", "read committed",
                    "standard_conforming_strings", "on",
                    "datestyle", "ISO",
                    "timezone", "GMT",
                    "extra_float_digits", "2",
                    "application_name", "");

    private final Access access;
    private final Sources sources;
    private final Actions actions;
    private final Catalog catalog;
    private final CommandAudit audit;
    private final ClientIdentity who;

    Replies(Access access, Sources sources, ClientIdentity who, CommandAudit audit) {
        this.access = access;
        this.who = who;
        this.audit = audit;
        this.sources = sources;
        this.actions = new Actions(sources.control(), sources.operations(), sources.consoles());
        this.catalog = new Catalog(sources.control());
    }

    Config config() {
        return sources.control().config();
    }

    void greet(ByteBuf out, CancelKey key) {
        sources.statistics().consoleLogin();
        PARAMETERS.forEach((name, value) -> BackendMessages.parameterStatus(out, name, value));
        BackendMessages.backendKeyData(out, key);
        BackendMessages.readyForQuery(out, (byte) 'I');
    }

    /**
     * Answers, perhaps later and on another thread. Whoever stops waiting cancels what this
     * returns.
     *
     * @param early takes the notices that come before the answer; on any thread
     */
    CompletableFuture<Reply> to(String text, Consumer<String> early) {
        sources.statistics().consoleQuery();
        CompletableFuture<Reply> reply = reply(text, early);
        audit.of(text, reply);
        return reply;
    }

    private CompletableFuture<Reply> reply(String text, Consumer<String> early) {
        return switch (Command.parse(text)) {
            case Command.Ask(Probe probe) -> now(new Reply.Rows(probe.answer(sources, who)));
            case Command.Empty _ -> now(new Reply.Empty());
            case Command.Show(String topic) -> show(topic, text);
            case Command.Assign(String key, String value) -> assign(key, value);
            case Command.Act(Command.Verb verb, String argument) -> act(verb, argument, text);
            case Command.Switchover asked ->
                    access == Access.ADMIN
                            ? actions.switchOver(asked, early)
                            : failure(ProxyError.CONSOLE_ADMIN_NEEDED);
            case Command.Explain(String sql) -> now(new Reply.Rows(explain(sql)));
            case Command.ExplainState(String sql) ->
                    CatalogReports.explain(sources, sql).thenApply(Reply.Rows::new);
            case Command.Catalog(String query) -> now(new Reply.Rows(catalog.answer(query)));
            case Command.BadArguments _ -> failure(ProxyError.CONSOLE_BAD_ARGUMENTS);
            case Command.Invalid(String what) -> invalid(what);
        };
    }

    /** PgBouncer's text, and a hint if something like it exists. */
    private static CompletableFuture<Reply> invalid(String text) {
        Refusal why = ProxyError.CONSOLE_INVALID_COMMAND.refusal(text);
        String hint = Topic.hint(text);
        return now(new Reply.Failure(hint == null ? why : why.withHint(hint)));
    }

    private CompletableFuture<Reply> act(Command.Verb verb, String argument, String text) {
        if (verb.isWrong(argument)) {
            return invalid(text);
        }
        return access == Access.ADMIN
                ? actions.act(verb, argument)
                : failure(ProxyError.CONSOLE_ADMIN_NEEDED);
    }

    private CompletableFuture<Reply> show(String name, String text) {
        String setting = name.toLowerCase(Locale.ROOT);
        String value = FAKE_SETTINGS.get(setting);
        if (value != null) {
            return now(new Reply.Rows(new Table(Table.columns(setting), List.of(Row.of(value)))));
        }
        if (name.equals("HELP")) {
            return now(new Reply.Notice("Console usage", Topic.help(), "SHOW"));
        }
        Topic topic = Topic.find(name);
        if (topic == null) {
            return invalid(text);
        }
        if (topic == Topic.FDS && access != Access.ADMIN) {
            return failure(ProxyError.CONSOLE_ADMIN_NEEDED);
        }
        return topic.report().make(sources).thenApply(Reply.Rows::new);
    }

    private Table explain(String sql) {
        var access = RouteExplanation.access(sql);
        var rows = new ArrayList<Row>();
        for (Database database : config().databases()) {
            Cluster cluster = sources.control().clusters().of(database.name());
            if (cluster != null) {
                String user = database.forcedUser();
                Routing routing =
                        config().poolSettings(database, user == null ? "" : user).routing();
                for (RouteExplanation.Step step :
                        RouteExplanation.of(
                                access,
                                cluster.functions(),
                                RouteExplanation.Asker.newcomer(routing.route()),
                                routing,
                                cluster.topology())) {
                    rows.add(Row.of(database.name(), step.step(), step.finding(), step.because()));
                }
            }
        }
        return new Table(Table.columns("database, step, finding, because"), rows);
    }

    private CompletableFuture<Reply> assign(String key, String value) {
        if (FAKE_SETTINGS.containsKey(key.toLowerCase(Locale.ROOT))) {
            return now(new Reply.Notice("SET ignored", null, "SET"));
        }
        return access == Access.ADMIN
                ? actions.set(key, value)
                : failure(ProxyError.CONSOLE_ADMIN_NEEDED);
    }

    private static CompletableFuture<Reply> failure(ProxyError error, Object... blanks) {
        return now(Reply.failure(error, blanks));
    }

    private static CompletableFuture<Reply> now(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }
}
