package dev.weir.login;

import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Readings;
import dev.weir.metrics.Timing;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** How long logins took, counted on the loops of the clients. */
final class LoginTimes {
    private final Map<EventExecutor, LoopMeters> meters = new ConcurrentHashMap<>();

    /** A client has come in; called on its loop. */
    void took(EventExecutor loop, long nanos) {
        assert loop.inEventLoop();
        meters.computeIfAbsent(loop, _ -> new LoopMeters()).record(Timing.LOGIN, nanos);
    }

    /** Those of all loops; may be called on any thread. */
    CompletableFuture<Readings> read() {
        var asked = new ArrayList<CompletableFuture<Readings>>();
        meters.forEach((loop, own) -> asked.add(CompletableFuture.supplyAsync(own::read, loop)));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> {
                    List<Readings> all = asked.stream().map(CompletableFuture::join).toList();
                    return Readings.sum(all);
                });
    }
}
