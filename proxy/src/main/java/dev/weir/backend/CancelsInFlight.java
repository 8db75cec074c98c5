package dev.weir.backend;

import dev.weir.protocol.CancelKey;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The cancel requests for one server connection that PostgreSQL may not have carried out yet.
 *
 * <p>Belongs to its connection's loop.
 */
public final class CancelsInFlight {
    private int count;
    private @Nullable Runnable onEnd;

    CancelsInFlight() {}

    /**
     * Sends one more.
     *
     * @param millisMax how long to wait for PostgreSQL to close the cancel connection
     * @param done told whether it has; if not, the signal may still come
     */
    void send(
            CancelSender sender,
            CancelSender.Target to,
            CancelKey key,
            EventLoop loop,
            long millisMax,
            CancelSender.Done done) {
        count++;
        sender.send(
                to,
                key,
                loop,
                millisMax,
                proven -> {
                    done.done(proven);
                    ends();
                });
    }

    private void ends() {
        count--;
        Runnable waiting = onEnd;
        if (count == 0 && waiting != null) {
            onEnd = null;
            waiting.run();
        }
    }

    public int count() {
        return count;
    }

    /** Runs {@code then} once none is left; there must be at least one. */
    public void whenDone(Runnable then) {
        assert count > 0;
        onEnd = then;
    }
}
