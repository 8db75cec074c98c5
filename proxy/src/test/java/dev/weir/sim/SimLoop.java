package dev.weir.sim;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * An event loop without a thread: {@link Schedule} lets it run one task at a time, so that the
 * tasks of several loops mix as chance will have it.
 */
final class SimLoop extends AbstractScheduledEventExecutor implements EventLoop {
    private final Schedule schedule;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Source turn;
    private final Promise<Void> terminated = new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);

    SimLoop(Schedule schedule, int number) {
        this.schedule = schedule;
        this.turn =
                new Source() {
                    @Override
                    void step() {
                        Runnable task = tasks.poll();
                        schedule.set(this, !tasks.isEmpty());
                        schedule.run(SimLoop.this, task);
                    }

                    @Override
                    int code() {
                        return number;
                    }
                };
        schedule.add(this);
    }

    /** Makes the timers that are due tasks. */
    void fetchDue() {
        if (nextScheduledTaskNano() == 0) {
            schedule.run(this, this::fetch);
        }
    }

    private void fetch() {
        Runnable task = pollScheduledTask(schedule.nanoTime());
        while (task != null) {
            execute(task);
            task = pollScheduledTask(schedule.nanoTime());
        }
    }

    /** When its next timer is due. */
    long nextNanos() {
        long left = nextScheduledTaskNano();
        return left < 0 ? Long.MAX_VALUE : schedule.nanoTime() + left;
    }

    /** The world ends. */
    void end() {
        tasks.clear();
        schedule.run(this, this::cancelScheduledTasks);
        terminated.setSuccess(null);
    }

    @Override
    public Ticker ticker() {
        return schedule;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        schedule.set(turn, true);
    }

    @Override
    public boolean inEventLoop() {
        return schedule.isRunning(this);
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return schedule.isRunning(this);
    }

    @Override
    public EventLoop next() {
        return this;
    }

    @Override
    public EventLoopGroup parent() {
        return this;
    }

    @Override
    public ChannelFuture register(Channel channel) {
        return register(new DefaultChannelPromise(channel, this));
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        promise.channel().unsafe().register(this, promise);
        return promise;
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        channel.unsafe().register(this, promise);
        return promise;
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> terminationFuture() {
        return terminated;
    }

    @Override
    @Deprecated
    public void shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return terminated.isDone();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isTerminated();
    }
}
