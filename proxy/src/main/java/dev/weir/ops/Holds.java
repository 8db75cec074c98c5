package dev.weir.ops;

import dev.weir.admin.ConsoleService;
import dev.weir.admin.Reply;
import dev.weir.log.Json;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HOLD and RELEASE for scripts that move a primary, such as Patroni's {@code before_stop}: these
 * have a time limit and must not wait for a client.
 */
final class Holds {
    static final String HOLD = "/hold";
    static final String RELEASE = "/release";

    /** How long a request waits until nothing runs on the primary, if it does not say. */
    private static final int WAIT_SECONDS = 10;

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,4}");

    private static final Logger log = LoggerFactory.getLogger(Holds.class);

    private final ConsoleService console;

    Holds(ConsoleService console) {
        this.console = console;
    }

    /**
     * {@code POST /hold?database=app&wait=20}: answers once nothing runs on the primary, or with
     * 202 if something still does after that many seconds. In either case clients wait until
     * RELEASE.
     */
    CompletableFuture<Answer> hold(Asked asked, Visitor visitor) {
        return carriedOut(asked, visitor, "HOLD", true);
    }

    /** {@code POST /release?database=app}. */
    CompletableFuture<Answer> release(Asked asked, Visitor visitor) {
        return carriedOut(asked, visitor, "RELEASE", false);
    }

    private CompletableFuture<Answer> carriedOut(
            Asked asked, Visitor visitor, String verb, boolean waits) {
        Answer refusal = Api.refusal(asked);
        String database = one(asked.query(), "database", "");
        String wait = waits ? one(asked.query(), "wait", "" + WAIT_SECONDS) : "0";
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        } else if (database == null || database.isEmpty()) {
            return bad("no database", "?database=NAME, once");
        } else if (wait == null || !SECONDS.matcher(wait).matches()) {
            return bad("wait: " + asked.query().get("wait"), "seconds, 0 to 9999");
        }
        for (String name : asked.query().keySet()) {
            if (!name.equals("database") && !(waits && name.equals("wait"))) {
                return bad("no such parameter: " + name, waits ? "database, wait" : "database");
            }
        }
        log.info(
                "ops_command user={} from={} command=\"{} {}\"",
                visitor.name(),
                asked.origin().shown(),
                verb,
                database);
        String command = verb + " \"" + database.replace("\"", "\"\"") + '"';
        CompletableFuture<Reply> reply =
                console.answer(visitor.access(), visitor.name(), asked.origin(), command);
        CompletableFuture<Answer> answer = reply.thenApply(Holds::answer);
        if (waits) {
            answer.completeOnTimeout(
                    held(HttpResponseStatus.ACCEPTED, false),
                    Integer.parseInt(wait),
                    TimeUnit.SECONDS);
        }
        answer.whenComplete((_, _) -> reply.cancel(false)); // no client waits for it any more
        return answer;
    }

    private static Answer answer(Reply reply) {
        return reply instanceof Reply.Done(String tag, List<String> _) && tag.equals("HOLD")
                ? held(HttpResponseStatus.OK, true)
                : Api.answer(reply, Selection.ALL);
    }

    private static Answer held(HttpResponseStatus status, boolean isAtRest) {
        return Answer.json(status, Json.object().put("command", "HOLD").put("at_rest", isAtRest));
    }

    /** The only value of a parameter; null if it has several. */
    private static @Nullable String one(
            Map<String, List<String>> query, String name, String unless) {
        List<String> values = query.getOrDefault(name, List.of(unless));
        return values.size() == 1 ? values.getFirst() : null;
    }

    private static CompletableFuture<Answer> bad(String what, String expected) {
        return CompletableFuture.completedFuture(
                Answer.error(HttpResponseStatus.BAD_REQUEST, what, expected));
    }
}
