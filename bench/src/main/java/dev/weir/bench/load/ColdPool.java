package dev.weir.bench.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures a crowd on a cold pool: 64 clients log in at once to a pool of 20 that has no
 * connections yet, each with one query, and 20 clients do the same without the pooler.
 *
 * <pre>ColdPool PORT DIRECT-PORT USER DATABASE…</pre>
 *
 * Each DATABASE must be one whose pool was never used; there is one round for each. Prints the
 * median of both times in microseconds.
 */
final class ColdPool {
    private static final int CROWD = 64;
    private static final int POOL = 20;

    private ColdPool() {}

    public static void main(String[] args) throws InterruptedException, ExecutionException {
        int port = Integer.parseInt(args[0]);
        int direct = Integer.parseInt(args[1]);
        var through = new ArrayList<Long>();
        var past = new ArrayList<Long>();
        crowd(direct, args[2], "postgres", POOL); // loads and links our own classes
        for (String database : List.of(args).subList(3, args.length)) {
            past.add(crowd(direct, args[2], "postgres", POOL));
            through.add(crowd(port, args[2], database, CROWD));
        }
        System.out.printf("%d\t%d%n", median(through), median(past));
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** Microseconds from the start of the first login to the last answer. */
    private static long crowd(int port, String user, String database, int count)
            throws InterruptedException, ExecutionException {
        var ready = new CountDownLatch(count);
        var go = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            var clients = new ArrayList<Future<RawClient>>();
            for (int i = 0; i < count; i++) {
                clients.add(
                        threads.submit(() -> {
                            ready.countDown();
                            go.await();
                            RawClient client = RawClient.login(port, user, database);
                            client.query("SELECT 1");
                            return client;
                        }));
            }
            ready.await();
            long began = System.nanoTime();
            go.countDown();
            for (Future<RawClient> client : clients) {
                client.get();
            }
            long micros = (System.nanoTime() - began) / 1_000;
            for (Future<RawClient> client : clients) {
                close(client.get());
            }
            return micros;
        }
    }

    private static void close(RawClient client) {
        try {
            client.close();
        } catch (IOException e) {
            // its answer has already arrived
        }
    }
}
