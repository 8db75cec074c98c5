package dev.weir.ops;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Answers the requests for one path. Called on a virtual thread, so it may block; may also answer
 * later, on any thread.
 */
@FunctionalInterface
interface Endpoint {
    /** The caller cancels the result when it stops waiting. */
    CompletableFuture<Answer> answer(Asked asked);

    /** An endpoint that answers immediately. */
    static Endpoint now(Function<Asked, Answer> how) {
        return asked -> CompletableFuture.completedFuture(how.apply(asked));
    }
}
