package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Strangers who guess passwords, or open connections and say nothing, while others work. The long
 * form (-Dweir.soak=true): 100,000 wrong logins over 200 connections beside 50 clients, and 2,000
 * half-open logins. The figures are printed; what is asserted is that everybody is served.
 */
class LoginAttackIT {
    private static final int GUESSES = Rig.SOAK ? 100_000 : 600;
    private static final int GUESSERS = Rig.SOAK ? 200 : 20;
    private static final int WORKERS = Rig.SOAK ? 50 : 8;
    private static final int HALF_OPEN = Rig.SOAK ? 2_000 : 300;
    private static final long QUIET_MILLIS = Rig.SOAK ? 15_000 : 500;

    @TempDir private Path folder;

    private Rig rig(String... settings) {
        Path users = LoginAttempt.write(folder.resolve("users"), "\"bob\" \"secret\"\n");
        String[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "auth_type = scram-sha-256";
        all[settings.length + 1] = "auth_file = " + users;
        return Rig.with(LoginAttempt.entry("app"), all);
    }

    /** What the ones who work see in a while. */
    private record Work(long transactions, double seconds, long p50Nanos, long p99Nanos) {
        @Override
        public String toString() {
            return "%.0f tps, median %.2f ms, p99 %.2f ms"
                    .formatted(transactions / seconds, p50Nanos / 1e6, p99Nanos / 1e6);
        }
    }

    @Test
    void guessersDisturbNobody() throws InterruptedException {
        try (Rig rig = rig()) {
            Work alone = work(rig, () -> Thread.sleep(QUIET_MILLIS));
            long before = memory();
            var refused = new AtomicInteger();
            Work beside = work(rig, () -> guess(rig, refused));
            long after = memory();
            System.out.printf(
                    "attack guesses=%d alone: %s; beside: %s; memory before %d kB, after %d kB%n",
                    refused.get(), alone, beside, before / 1024, after / 1024);
            assertThat(refused).hasValue(GUESSES);
            assertThat(beside.transactions).isPositive();
            rig.awaitEmpty();
        }
    }

    private interface Meanwhile {
        void happens() throws InterruptedException;
    }

    private static Work work(Rig rig, Meanwhile meanwhile) throws InterruptedException {
        var stop = new AtomicBoolean();
        var latencies = new ConcurrentLinkedQueue<Long>();
        List<Thread> threads = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < WORKERS; i++) {
            threads.add(Thread.ofVirtual().start(() -> transact(rig, stop, latencies)));
        }
        meanwhile.happens();
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Work(
                sorted.length,
                seconds,
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100]);
    }

    private static void transact(Rig rig, AtomicBoolean stop, ConcurrentLinkedQueue<Long> into) {
        try (WireClient client = rig.connect()) {
            client.login("bob", "app", "secret");
            while (!stop.get()) {
                long before = System.nanoTime();
                client.query("select 1");
                into.add(System.nanoTime() - before);
            }
        }
    }

    private static void guess(Rig rig, AtomicInteger refused) throws InterruptedException {
        var left = new AtomicInteger(GUESSES);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < GUESSERS; i++) {
            String user = i % 2 == 0 ? "bob" : "stranger" + i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                while (left.getAndDecrement() > 0) {
                                    if (LoginAttempt.tcp(rig, user, "app", "w").contains("28P01")) {
                                        refused.incrementAndGet();
                                    }
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Heap after a collection, and buffers. */
    private static long memory() {
        System.gc();
        long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct;
    }

    @Test
    void halfOpenLoginsKeepNobodyOut() {
        try (Rig rig = rig("max_login_conn = " + HALF_OPEN / 2)) {
            long usual = logins(rig);
            List<WireClient> silent = new ArrayList<>();
            for (int i = 0; i < HALF_OPEN; i++) {
                WireClient client = rig.connect();
                client.send(new byte[] {0, 0, 0});
                silent.add(client);
            }
            long crowded = logins(rig);
            System.out.printf(
                    "half-open %d: a login takes %.2f ms, without them %.2f ms (medians)%n",
                    HALF_OPEN, crowded / 1e6, usual / 1e6);
            assertThat(rig.weir().reception().logins()).isLessThanOrEqualTo(HALF_OPEN / 2);
            silent.forEach(WireClient::close);
            rig.awaitEmpty();
        }
    }

    private static long logins(Rig rig) {
        long[] times = new long[21];
        for (int i = 0; i < times.length; i++) {
            long before = System.nanoTime();
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "secret")).isEqualTo(LoginAttempt.IN);
            times[i] = System.nanoTime() - before;
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }
}
