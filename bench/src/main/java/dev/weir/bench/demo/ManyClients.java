package dev.weir.bench.demo;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

/**
 * Shows that many clients can move money between accounts over few server connections, and none is
 * lost.
 */
final class ManyClients implements Tour.Step {
    private static final int CLIENTS = 500;
    private static final int ACCOUNTS = 10_000;
    private static final long SECONDS = 2;

    private static final String BACKENDS =
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + Stage.USER + "'";

    @Override
    public void show(Stage stage, Screen screen) throws InterruptedException, ExecutionException {
        screen.step(CLIENTS + " clients over " + Stage.POOL_SIZE + " server connections");
        setUp(stage);
        long begin = System.nanoTime();
        try (Crowd crowd = new Crowd(stage, CLIENTS)) {
            screen.say(
                    "%d clients logged in with SCRAM-SHA-256 in %.1f s. Each moves money between"
                            + " accounts, BEGIN to COMMIT, for %d s:",
                    crowd.size(), (System.nanoTime() - begin) / 1e9, SECONDS);
            long[] nanos = new long[0];
            long backends;
            try (Watch watch = new Watch(stage)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
                List<long[]> all = crowd.play((client, _) -> moveMoney(client, end));
                nanos = all.stream().flatMapToLong(LongStream::of).toArray();
                backends = watch.most();
            }
            Arrays.sort(nanos);
            screen.say(
                    "%,d transactions, %,d a second; half of them within %.0f ms, 99 %% within %.0f"
                            + " ms.",
                    nanos.length,
                    nanos.length / SECONDS,
                    nanos[nanos.length / 2] / 1e6,
                    nanos[(int) (nanos.length * 0.99)] / 1e6);
            try (Client client = stage.client()) {
                screen.say(
                        "pg_stat_activity never showed more than %d connections. The accounts add"
                                + " up to %s, as before.",
                        backends, client.ask("SELECT sum(balance) FROM account"));
            }
        }
    }

    private static void setUp(Stage stage) {
        try (Client client = stage.client()) {
            client.ask("DROP TABLE IF EXISTS account");
            client.ask("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
            client.ask(
                    "INSERT INTO account SELECT i, 100 FROM generate_series(1, "
                            + ACCOUNTS
                            + ") i");
        }
    }

    /** Returns the duration of each transaction. */
    private static long[] moveMoney(Client client, long end) {
        LongStream.Builder nanos = LongStream.builder();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (long begin = System.nanoTime(); begin < end; begin = System.nanoTime()) {
            // Always the smaller number first; otherwise two clients could wait for each other.
            int low = random.nextInt(1, ACCOUNTS);
            int high = random.nextInt(low + 1, ACCOUNTS + 1);
            int amount = random.nextInt(-10, 10);
            client.ask("BEGIN");
            client.ask("UPDATE account SET balance = balance - " + amount + " WHERE id = " + low);
            client.ask("UPDATE account SET balance = balance + " + amount + " WHERE id = " + high);
            client.ask("COMMIT");
            nanos.add(System.nanoTime() - begin);
        }
        return nanos.build().toArray();
    }

    /** Counts PostgreSQL's backends repeatedly during the traffic. */
    private static final class Watch implements AutoCloseable {
        private final AtomicBoolean on = new AtomicBoolean(true);
        private final Thread thread;
        private volatile long most;

        Watch(Stage stage) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try (Client observer = stage.observer()) {
                                    while (on.get()) {
                                        look(observer);
                                    }
                                }
                            });
        }

        private void look(Client observer) {
            most = Math.max(most, Long.parseLong(observer.ask(BACKENDS)));
            observer.ask("SELECT pg_sleep(0.02)");
        }

        long most() throws InterruptedException {
            on.set(false);
            thread.join();
            return most;
        }

        @Override
        public void close() {
            on.set(false);
        }
    }
}
