package dev.weir.session;

import dev.weir.cluster.Cluster;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The wait of a session's batch for a replica that has replayed what the batch must see. */
@LoopConfined
final class ReplicaWait implements LoopOwned {
    private final EventLoop loop;
    private final Cluster cluster;
    private final Runnable look;
    private final Runnable wake = this::wake;

    /** The timer that ends the wait; null if there is none. */
    private @Nullable ScheduledFuture<?> deadline;

    /** While waiting, calls {@code look} whenever the cluster is to be checked again. */
    ReplicaWait(EventLoop loop, Cluster cluster, Runnable look) {
        this.loop = loop;
        this.cluster = cluster;
        this.look = look;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** Begins to wait, unless it waits already. */
    void begin(long nanosMax) {
        if (deadline == null) {
            deadline = loop.schedule(this::look, nanosMax, TimeUnit.NANOSECONDS);
            cluster.await(wake);
        }
    }

    /** Called by any thread: the cluster has been polled, and a replica may have caught up. */
    private void wake() {
        loop.execute(this::look);
    }

    private void look() {
        if (deadline != null) {
            look.run();
        }
    }

    /** Ends the wait. */
    void end() {
        ScheduledFuture<?> waiting = deadline;
        if (waiting != null) {
            deadline = null;
            waiting.cancel(false);
            cluster.forget(wake);
        }
    }
}
