package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.net.Loops;
import dev.weir.net.Transport;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The service manager hears from a process only while all its loops turn. */
@NullMarked
@Timeout(30)
final class WatchdogTest {
    private static final Duration INTERVAL = Duration.ofMillis(10);

    @Test
    void isSilentWhileALoopHangs() throws InterruptedException {
        var told = new AtomicInteger();
        try (var loops = new Loops(Transport.NIO, 2)) {
            EventLoop first = loops.all().getFirst();
            EventLoop last = loops.all().getLast();
            new Watchdog(INTERVAL, told::incrementAndGet, loops).start();
            await().until(() -> told.get() > 2);

            var hangs = new CountDownLatch(1);
            var goesOn = new CountDownLatch(1);
            last.execute(() -> {
                hangs.countDown();
                awaitQuietly(goesOn);
            });
            hangs.await();
            first.submit(() -> {}).awaitUninterruptibly(); // what was on its way has been told
            int before = told.get();
            var ticks = new CountDownLatch(20);
            first.scheduleAtFixedRate(
                    ticks::countDown, 0, INTERVAL.toNanos() / 2, TimeUnit.NANOSECONDS);
            ticks.await();
            assertThat(told).hasValue(before);

            goesOn.countDown();
            await().until(() -> told.get() > before);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
