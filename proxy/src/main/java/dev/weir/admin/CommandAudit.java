package dev.weir.admin;

import dev.weir.audit.Audit;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the audit log is told of one client's commands: all that do something or are refused, and
 * not what shows something.
 */
record CommandAudit(Audit audit, ClientIdentity client, Clock clock) {
    /** Looks on at a command until it is answered. */
    void of(String command, CompletableFuture<Reply> reply) {
        long begun = clock.nanoTime();
        reply.whenComplete((made, failure) -> {
            if (!(made instanceof Reply.Rows) && !(made instanceof Reply.Empty)) {
                audit.commanded(client, command, why(made, failure), clock.nanoTime() - begun);
            }
        });
    }

    private static @Nullable Refusal why(@Nullable Reply made, @Nullable Throwable failure) {
        return switch (made) {
            case Reply.Failure(Refusal why) -> why;
            case null ->
                    failure instanceof CancellationException
                            ? ProxyError.QUERY_CANCELED.refusal()
                            : ProxyError.INTERNAL.refusal();
            default -> null;
        };
    }
}
