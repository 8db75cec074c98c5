package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watch over the loops: loop_stall and loop_stall_exit. A look stands for a second. */
@NullMarked
@Timeout(30)
final class LoopWatchTest {
    private final Loops loops = new Loops(Transport.NIO, 2);
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Throwable> told = new CopyOnWriteArrayList<>();
    private final Thread.UncaughtExceptionHandler before =
            Thread.currentThread().getUncaughtExceptionHandler();

    @BeforeEach
    void listen() {
        Thread.currentThread().setUncaughtExceptionHandler((_, e) -> told.add(e));
    }

    @AfterEach
    void close() {
        Thread.currentThread().setUncaughtExceptionHandler(before);
        end.countDown();
        loops.close();
    }

    private LoopWatch watch(String... lines) throws ConfigException {
        String text = "[databases]\n* = host=127.0.0.1\n[pgbouncer]\n" + String.join("\n", lines);
        return new LoopWatch(Config.parse("test.ini", text), loops.all());
    }

    private void stall(EventLoop loop) throws InterruptedException {
        var begun = new CountDownLatch(1);
        loop.execute(() -> {
            begun.countDown();
            hangHere();
        });
        begun.await();
    }

    private void hangHere() {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Looks, and lets those loops answer that can. */
    private void look(LoopWatch watch) throws InterruptedException {
        watch.look();
        var answered = new CountDownLatch(1);
        loops.all().getLast().execute(answered::countDown);
        answered.await();
    }

    @Test
    void endsTheProcessWhenALoopHasNotTurnedForTooLong()
            throws ConfigException, InterruptedException {
        LoopWatch watch = watch("loop_stall = 2", "loop_stall_exit = 4");
        stall(loops.all().getFirst());
        for (int look = 0; look < 4; look++) {
            look(watch);
            assertThat(told).as("after %d s", look).isEmpty();
        }

        look(watch);

        assertThat(told).singleElement().isInstanceOf(LoopWatch.StalledLoop.class);
        assertThat(told.getFirst())
                .hasMessageStartingWith("weir-loop-")
                .hasMessageContaining("has not turned for 4 s (loop_stall_exit)")
                .hasStackTraceContaining("hangHere");
    }

    @Test
    void neverEndsItForOneThatComesBack() throws ConfigException, InterruptedException {
        LoopWatch watch = watch("loop_stall = 1", "loop_stall_exit = 3");
        EventLoop loop = loops.all().getFirst();
        stall(loop);
        look(watch);
        look(watch);
        end.countDown();
        await().until(() -> loop.submit(() -> true).get());
        for (int look = 0; look < 10; look++) {
            look(watch);
            loop.submit(() -> true).awaitUninterruptibly();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void zeroMeansNever() throws ConfigException, InterruptedException {
        LoopWatch watch = watch("loop_stall_exit = 0");
        stall(loops.all().getFirst());
        for (int look = 0; look < 1_000; look++) {
            look(watch);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void asksALoopThatStallsOnce() throws ConfigException, InterruptedException {
        LoopWatch watch = watch("loop_stall_exit = 0");
        EventLoop loop = loops.all().getFirst();
        stall(loop);
        for (int look = 0; look < 100; look++) {
            look(watch);
        }
        assertThat(((SingleThreadEventExecutor) loop).pendingTasks()).isLessThanOrEqualTo(1);
    }
}
