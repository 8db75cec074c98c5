package dev.weir.ops;

import dev.weir.admin.ConsoleService;
import dev.weir.admin.Reply;
import dev.weir.admin.Row;
import dev.weir.admin.Table;
import dev.weir.audit.Audit;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.log.Json;
import dev.weir.protocol.BackendMessages.Column;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The console in JSON: what SHOW shows, and commands. */
final class Api {
    static final String SHOW = "/api/show/";
    static final String COMMAND = "/api/command";

    /**
     * The header that every command needs. A page of another origin could send it only if it were
     * allowed to, and none is.
     */
    static final String GUARD = "x-weir-command";

    /** A number in JSON. */
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?");

    private static final Logger log = LoggerFactory.getLogger(Api.class);

    private final ConsoleService console;

    Api(ConsoleService console) {
        this.console = console;
    }

    /** All topics. */
    static Answer topics() {
        Json topics = Json.array();
        ConsoleService.topics().forEach(topic -> topics.add(topic.toLowerCase(Locale.ROOT)));
        return Answer.json(HttpResponseStatus.OK, Json.object().put("topics", topics));
    }

    /** {@code GET /api/show/pools}: all rows or a {@link Selection}. */
    CompletableFuture<Answer> show(Asked asked, Visitor visitor) {
        String topic = asked.path().substring(SHOW.length()).toUpperCase(Locale.ROOT);
        if (!ConsoleService.topics().contains(topic)) {
            return CompletableFuture.completedFuture(
                    Answer.error(
                            HttpResponseStatus.NOT_FOUND,
                            "no such topic: " + asked.path().substring(SHOW.length()),
                            "one of /api/show"));
        }
        Selection selection;
        try {
            selection = Selection.of(asked.query());
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(
                    Answer.error(
                            HttpResponseStatus.BAD_REQUEST,
                            String.valueOf(e.getMessage()),
                            Selection.EXPECTED));
        }
        return answer(asked, visitor, "SHOW " + topic, selection);
    }

    /** {@code POST /api/command}, with a console command as the body. */
    CompletableFuture<Answer> command(Asked asked, Visitor visitor) {
        Answer refusal = refusal(asked);
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        String command = asked.body().strip();
        log.info(
                "ops_command user={} from={} command=\"{}\"",
                visitor.name(),
                asked.origin().shown(),
                Audit.withoutSecrets(command));
        return answer(asked, visitor, command, Selection.ALL);
    }

    /** The refusal of a request that its user may not have intended; null if there is no doubt. */
    static @Nullable Answer refusal(Asked asked) {
        if (asked.header(GUARD) == null) {
            return Answer.error(
                    HttpResponseStatus.FORBIDDEN,
                    "a command without the header " + GUARD,
                    GUARD + ": 1");
        }
        String site = asked.header("sec-fetch-site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return Answer.error(
                    HttpResponseStatus.FORBIDDEN, "a command from another site", "same origin");
        }
        String origin = asked.header("origin");
        return origin == null || isOwn(origin, asked.header("host"))
                ? null
                : Answer.error(
                        HttpResponseStatus.FORBIDDEN,
                        "a command from another origin: " + origin,
                        "the origin of this port");
    }

    private static boolean isOwn(String origin, @Nullable String host) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(host);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    // --- answers ------------------------------------------------------------------------------

    private CompletableFuture<Answer> answer(
            Asked asked, Visitor visitor, String command, Selection selection) {
        CompletableFuture<Reply> reply =
                console.answer(visitor.access(), visitor.name(), asked.origin(), command);
        CompletableFuture<Answer> answer =
                reply.thenApplyAsync(made -> answer(made, selection), OpsPort.THREADS);
        answer.whenComplete((_, failure) -> {
            if (failure != null) {
                reply.cancel(false); // no client waits for it any more
            }
        });
        return answer;
    }

    static Answer answer(Reply reply, Selection selection) {
        return switch (reply) {
            case Reply.Rows(Table table) -> rows(table, selection);
            case Reply.Notice(String text, String detail, String tag) ->
                    Answer.json(
                            HttpResponseStatus.OK,
                            Json.object()
                                    .put("command", tag)
                                    .put("notice", text)
                                    .put("detail", detail));
            case Reply.Done(String tag, List<String> notices) -> {
                Json all = Json.array();
                notices.forEach(all::add);
                yield Answer.json(
                        HttpResponseStatus.OK,
                        Json.object().put("command", tag).put("notices", all));
            }
            case Reply.Failure(Refusal why) ->
                    Answer.json(
                            status(why),
                            Json.object()
                                    .put("error", why.text())
                                    .put("sqlstate", why.sqlState())
                                    .put("detail", why.detail())
                                    .put("hint", why.hint()));
            case Reply.Empty _ ->
                    Answer.error(
                            HttpResponseStatus.BAD_REQUEST,
                            "no command",
                            "a command of the console as the body");
        };
    }

    private static HttpResponseStatus status(Refusal why) {
        return why.text().equals(ProxyError.CONSOLE_ADMIN_NEEDED.refusal().text())
                ? HttpResponseStatus.FORBIDDEN
                : HttpResponseStatus.BAD_REQUEST;
    }

    private static Answer rows(Table table, Selection selection) {
        try {
            return Answer.json(HttpResponseStatus.OK, json(table, selection));
        } catch (IllegalArgumentException e) {
            return Answer.error(
                    HttpResponseStatus.BAD_REQUEST,
                    String.valueOf(e.getMessage()),
                    Selection.EXPECTED);
        }
    }

    /** An object for each row; its members are the columns. */
    private static Json json(Table table, Selection selection) {
        Selection.Found found = selection.from(table);
        Json rows = Json.array();
        for (Row row : found.rows()) {
            Json object = Json.object();
            for (int i = 0; i < row.cells().size(); i++) {
                put(object, table.columns().get(i), row.cells().get(i));
            }
            rows.add(object);
        }
        Json all = Json.object().put("rows", rows);
        return selection.equals(Selection.ALL) ? all : all.put("found", found.all());
    }

    private static void put(Json object, Column column, @Nullable String cell) {
        if (cell != null && Table.isNumeric(column) && NUMBER.matcher(cell).matches()) {
            object.putNumber(column.name(), cell);
        } else {
            object.put(column.name(), cell);
        }
    }
}
