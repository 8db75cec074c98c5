package dev.weir.ops;

import dev.weir.admin.Access;
import dev.weir.log.Json;
import dev.weir.observe.Control;
import dev.weir.watch.Curve;
import dev.weir.watch.History;
import dev.weir.watch.Watch;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** The web console: its page, and what the page requests in addition to the {@link Api}. */
final class WebConsole {
    private final Control control;
    private final History history;
    private final Streams streams;
    private final Callable<String> check;

    /**
     * @param check returns the findings of {@code weir check}, as JSON
     */
    WebConsole(Control control, History history, Streams streams, Callable<String> check) {
        this.control = control;
        this.history = history;
        this.streams = streams;
        this.check = check;
    }

    void addTo(Routes routes, Door door) {
        routes.add(HttpMethod.GET, "/", door.guard(Access.STATS, (_, _) -> done(Assets.page())))
                .add(HttpMethod.GET, Assets.PREFIX, Endpoint.now(Assets::asset))
                .add(
                        HttpMethod.GET,
                        "/api/me",
                        door.guard(Access.STATS, (_, visitor) -> done(me(visitor))))
                .add(
                        HttpMethod.GET,
                        "/api/history",
                        door.guard(Access.STATS, (asked, _) -> done(history(asked))))
                .add(
                        HttpMethod.GET,
                        "/api/events",
                        door.guard(Access.STATS, (_, visitor) -> done(streams.open(visitor))))
                .add(
                        HttpMethod.GET,
                        "/api/check",
                        door.guard(Access.STATS, (_, _) -> done(check())));
    }

    /** The user, and the process that answers. */
    private Answer me(Visitor visitor) {
        Json databases = Json.array();
        control.config().databases().forEach(one -> databases.add(one.name()));
        return Answer.json(
                HttpResponseStatus.OK,
                Json.object()
                        .put("user", visitor.name())
                        .put("admin", visitor.access() == Access.ADMIN)
                        .put("version", control.version())
                        .put("step_seconds", Watch.STEP_SECONDS)
                        .put("curves", curves())
                        .put("databases", databases));
    }

    private static Json curves() {
        Json words = Json.array();
        for (Curve curve : Curve.values()) {
            words.add(curve.word());
        }
        return words;
    }

    /** {@code GET /api/history?database=app}; without a database, that of all together. */
    private Answer history(Asked asked) {
        String database = asked.query().getOrDefault("database", List.of("")).getFirst();
        return Answer.json(HttpResponseStatus.OK, PictureJson.history(history.of(database)));
    }

    private Answer check() {
        try {
            byte[] body = Answer.bytes(check.call() + "\n");
            return new Answer(HttpResponseStatus.OK, "application/json", body, Map.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static CompletableFuture<Answer> done(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
