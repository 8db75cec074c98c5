package dev.weir.route;

import dev.weir.pgkit.WireClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Reads a number that only grows, again and again. */
final class Reader {
    /** Between two writes: the number is to grow, not to fill the machine. */
    private static final long PAUSE_NANOS = 1_000_000;

    private static final int ID = 30;
    private static final int OWN_ID = 31;
    private static final List<Read> READS = List.of(Read.values());

    private final Routes routes;
    private final String database;
    private final int sessions;
    private final int count;
    private final AtomicLong progress;

    /**
     * @param sessions how many take turns; with one its reads must never go back
     * @param progress counts the reads of all readers
     */
    Reader(Routes routes, String database, int sessions, int count, AtomicLong progress) {
        this.routes = routes;
        this.database = database;
        this.sessions = sessions;
        this.count = count;
        this.progress = progress;
    }

    Tally run() {
        var tally = new Tally(routes.primary().port());
        var random = new Random(count);
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < sessions; i++) {
                WireClient client = routes.client(database);
                clients.add(client);
                READS.forEach(way -> way.prepare(client));
            }
            for (int i = 0; i < count; i++) {
                WireClient client = clients.get(i % sessions);
                if (random.nextInt(50) == 0) { // so that its replica may be too far behind
                    Write.QUERY.commit(client, OWN_ID, i);
                }
                Read read = READS.get(random.nextInt(READS.size()));
                tally.addNext(read.row(client, ID), read.toString());
                progress.incrementAndGet();
            }
        } finally {
            clients.forEach(WireClient::close);
        }
        return tally;
    }

    /** Lets the number grow until it is over. */
    static void write(Routes routes, AtomicBoolean isOver) {
        try (WireClient client = routes.client("plain")) {
            while (!isOver.get()) {
                Routes.assertFine(client.query("SELECT next(" + ID + ")"));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
