package dev.weir.observe;

import dev.weir.net.Loops;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Something that is to become true of all loops, such as that their connections are closed. Looks
 * again every few milliseconds until it is, or until nobody waits for it any longer.
 */
final class Condition {
    private static final long LOOK_MILLIS = 20;

    private final Loops loops;
    private final Predicate<EventLoop> ofLoop;
    private final BooleanSupplier ofAll;
    private final CompletableFuture<Void> future = new CompletableFuture<>();

    /**
     * Starts to look.
     *
     * @param ofLoop asked on each loop
     * @param ofAll asked on any loop, once {@code ofLoop} holds of each
     */
    Condition(Loops loops, Predicate<EventLoop> ofLoop, BooleanSupplier ofAll) {
        this.loops = loops;
        this.ofLoop = ofLoop;
        this.ofAll = ofAll;
        look();
    }

    /** Complete when it holds. Whoever stops waiting for it cancels it. */
    CompletableFuture<Void> future() {
        return future;
    }

    private void look() {
        if (future.isDone()) {
            return;
        }
        var asked = new ArrayList<CompletableFuture<Boolean>>();
        for (EventLoop loop : loops.all()) {
            asked.add(CompletableFuture.supplyAsync(() -> ofLoop.test(loop), loop));
        }
        CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        future.completeExceptionally(failure);
                    } else if (asked.stream().allMatch(CompletableFuture::join)
                            && ofAll.getAsBoolean()) {
                        future.complete(null);
                    } else {
                        loops.all()
                                .getFirst()
                                .schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    }
                });
    }
}
