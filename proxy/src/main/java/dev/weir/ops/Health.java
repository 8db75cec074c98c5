package dev.weir.ops;

import dev.weir.log.Json;
import dev.weir.net.Loops;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Answers probes: whether the process is alive, has started, and should get clients. */
final class Health {
    /** A loop that has not completed a turn for this long counts as dead. */
    static final long TURN_SECONDS_MAX = 5;

    private final Loops loops;
    private final Readiness readiness;

    /**
     * @param loops those of clients and servers
     */
    Health(Loops loops, Readiness readiness) {
        this.loops = loops;
        this.readiness = readiness;
    }

    /** Alive if every loop takes a turn. */
    CompletableFuture<Answer> live(Asked asked) {
        var turns = new ArrayList<CompletableFuture<Void>>();
        for (EventLoop loop : loops.all()) {
            turns.add(CompletableFuture.runAsync(() -> {}, loop));
        }
        return CompletableFuture.allOf(turns.toArray(CompletableFuture<?>[]::new))
                .orTimeout(TURN_SECONDS_MAX, TimeUnit.SECONDS)
                .handle((_, failure) ->
                        failure == null
                                ? ok("live")
                                : no(
                                        "live",
                                        "loop_stalled",
                                        "an event loop has not turned for "
                                                + TURN_SECONDS_MAX
                                                + " s"));
    }

    /** Always true: the port is opened after everything else has started. */
    static Answer started(Asked asked) {
        return ok("started");
    }

    /** Ready if new clients can be served. */
    CompletableFuture<Answer> ready(Asked asked) {
        return readiness
                .now()
                .thenApply(obstacle ->
                        obstacle.isPresent()
                                ? no("ready", obstacle.get().reason(), obstacle.get().text())
                                : ok("ready"));
    }

    private static Answer ok(String what) {
        return Answer.json(HttpResponseStatus.OK, Json.object().put(what, true));
    }

    private static Answer no(String what, String reason, String text) {
        return Answer.json(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                Json.object().put(what, false).put("reason", reason).put("message", text));
    }
}
