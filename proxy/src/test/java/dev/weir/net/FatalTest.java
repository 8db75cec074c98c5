package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors on a loop reach the handler of its thread, which in production ends the process. */
@NullMarked
@Timeout(30)
final class FatalTest {
    private final Loops loops = new Loops(Transport.NIO, 1);
    private final EventLoop loop = loops.all().getFirst();
    private final List<Throwable> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        loop.submit(() -> Thread.currentThread().setUncaughtExceptionHandler((_, e) -> told.add(e)))
                .awaitUninterruptibly();
    }

    @AfterEach
    void close() {
        loops.close();
    }

    /** The ways to run a task on a loop; Netty catches what it throws in each of them. */
    static Stream<Consumer<Run>> waysToRun() {
        return Stream.of(
                run -> run.loop.execute(run.task),
                run -> run.loop.submit(run.task),
                run -> run.loop.schedule(run.task, 1, TimeUnit.MILLISECONDS),
                run -> run.loop.scheduleAtFixedRate(run.task, 0, 1, TimeUnit.MILLISECONDS),
                run -> run.loop.scheduleWithFixedDelay(run.task, 0, 1, TimeUnit.MILLISECONDS));
    }

    record Run(EventLoop loop, Runnable task) {}

    @ParameterizedTest
    @MethodSource("waysToRun")
    void anErrorOfATaskIsTold(Consumer<Run> way) {
        var error = new NoClassDefFoundError("gone");
        way.accept(new Run(loop, () -> throwIt(error)));
        await().untilAsserted(() -> assertThat(told).containsExactly(error));
    }

    @ParameterizedTest
    @MethodSource("waysToRun")
    void whatOnePartCausedIsNot(Consumer<Run> way) {
        way.accept(
                new Run(
                        loop,
                        () -> {
                            throw new IllegalStateException("a mistake");
                        }));
        way.accept(new Run(loop, () -> throwIt(new StackOverflowError())));
        loop.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        assertThat(told).isEmpty();
    }

    private static void throwIt(Error error) {
        throw error;
    }

    @Test
    void aFullHeapIsFatalAndAFullDirectMemoryIsNot() {
        assertThat(Fatal.is(new OutOfMemoryError("Java heap space"))).isTrue();
        assertThat(Fatal.is(new ExceptionInInitializerError())).isTrue();
        assertThat(Fatal.is(new UnsatisfiedLinkError())).isTrue();
        assertThat(Fatal.is(new RuntimeException("a mistake"))).isFalse();
        assertThat(Fatal.is(new AssertionError("a mistake"))).isFalse();
    }
}
