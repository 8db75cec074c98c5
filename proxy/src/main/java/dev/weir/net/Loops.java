package dev.weir.net;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The event loops of this process: {@code worker_loops} threads that do all network work. */
public final class Loops implements AutoCloseable {
    private static final long SHUTDOWN_MILLIS_MAX = 2_000;

    private final Transport transport;
    private final MultiThreadIoEventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();

    /**
     * Starts the loops.
     *
     * @param count number of loops, at least 1
     */
    public Loops(Transport transport, int count) {
        this(transport, count, "weir-loop");
    }

    /**
     * Starts loops for something other than clients and servers.
     *
     * @param name the beginning of the names of their threads
     */
    public Loops(Transport transport, int count, String name) {
        Reading.loadReasons();
        this.transport = transport;
        this.group =
                new MultiThreadIoEventLoopGroup(
                        count, new DefaultThreadFactory(name), transport.handlers()) {
                    @Override
                    protected IoEventLoop newChild(
                            Executor executor, IoHandlerFactory handlers, Object... none) {
                        return new Loop(this, executor, handlers);
                    }
                };
        for (EventExecutor executor : group) {
            loops.add((EventLoop) executor);
        }
    }

    public Transport transport() {
        return transport;
    }

    public EventLoopGroup group() {
        return group;
    }

    /** The loops in a fixed order. */
    public List<EventLoop> all() {
        return loops;
    }

    /** Stops the loops and closes their channels. */
    @Override
    public void close() {
        group.shutdownGracefully(0, SHUTDOWN_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN_MILLIS_MAX * 2);
    }

    /**
     * A loop that takes one more full turn before it stops, in which Netty closes its channels.
     * Netty's own loop stops in the middle of a turn if it is told to stop there, and then leaks
     * its channels and the native memory of their TLS.
     *
     * <p>It reports {@link Fatal} errors, which Netty would at most log.
     */
    private static final class Loop extends SingleThreadIoEventLoop {
        private boolean isLastTurn;

        Loop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
            super(parent, executor, handlers);
        }

        @Override
        protected void run() {
            Fatal.checked(super::run).run();
        }

        @Override
        public void execute(Runnable task) {
            super.execute(Fatal.checked(task));
        }

        @Override
        public Future<?> submit(Runnable task) {
            return super.submit(Fatal.checked(task));
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            return super.schedule(Fatal.checked(task), delay, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleAtFixedRate(
                Runnable task, long delay, long period, TimeUnit unit) {
            return super.scheduleAtFixedRate(Fatal.checked(task), delay, period, unit);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(
                Runnable task, long delay, long period, TimeUnit unit) {
            return super.scheduleWithFixedDelay(Fatal.checked(task), delay, period, unit);
        }

        @Override
        protected boolean confirmShutdown() {
            if (!super.confirmShutdown()) {
                return false;
            }
            if (isLastTurn || isShutdown()) {
                return true;
            }
            isLastTurn = true;
            execute(() -> {}); // so that it does not block waiting for events
            return false;
        }
    }
}
