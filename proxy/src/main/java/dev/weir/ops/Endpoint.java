package dev.weir.ops;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Answers the requests for one path. Called on a virtual thread, which may block; may answer later,
 * on any thread.
 */
@FunctionalInterface
interface Endpoint {
    /** Who stops waiting cancels what this returns. */
    CompletableFuture<Answer> answer(Asked asked);

    /** One that has its answer at once. */
    static Endpoint now(Function<Asked, Answer> how) {
        return asked -> CompletableFuture.completedFuture(how.apply(asked));
    }
}
