package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * The threads beside the loops: as many as auth_workers, auth_external_workers and tls_workers say,
 * with as many tasks that wait as auth_queue and tls_queue allow.
 */
@NullMarked
final class WorkersTest {
    private static final int COUNT = 3;
    private static final int WAITING = 2;

    @Test
    void runAsManyAtATimeAsTheyAreAndRefuseWhatMayNotWait() throws InterruptedException {
        var begun = new CountDownLatch(COUNT);
        var end = new CountDownLatch(1);
        var done = new CountDownLatch(COUNT + WAITING);
        try (var workers = new Workers("test-", COUNT, WAITING)) {
            for (int i = 0; i < COUNT + WAITING; i++) {
                workers.execute(() -> {
                    begun.countDown();
                    await(end);
                    done.countDown();
                });
            }
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> workers.execute(() -> {}))
                    .isInstanceOf(RejectedExecutionException.class);

            end.countDown();

            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
