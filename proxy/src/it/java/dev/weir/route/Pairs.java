package dev.weir.route;

import dev.weir.pgkit.WireClient;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** One writer: writes its row in all ways, and reads it at once, in all ways. */
final class Pairs {
    private static final List<Write> WRITES = List.of(Write.values());
    private static final List<Read> READS = List.of(Read.values());

    private final Routes routes;
    private final String database;
    private final boolean apart;
    private final int id;
    private final int count;
    private final AtomicLong progress;

    /**
     * @param apart whether another connection reads than the one that writes
     * @param id the row, which is of this writer only
     * @param progress counts the pairs of all writers
     */
    Pairs(Routes routes, String database, boolean apart, int id, int count, AtomicLong progress) {
        this.routes = routes;
        this.database = database;
        this.apart = apart;
        this.id = id;
        this.count = count;
        this.progress = progress;
    }

    Tally run() {
        var tally = new Tally(routes.primary().port());
        var random = new Random(id);
        try (WireClient writer = routes.client(database);
                WireClient other = routes.client(database)) {
            WireClient reader = apart ? other : writer;
            WRITES.forEach(way -> way.prepare(writer));
            READS.forEach(way -> way.prepare(reader));
            for (int i = 1; i <= count; i++) {
                Write write = WRITES.get(random.nextInt(WRITES.size()));
                Read read = READS.get(random.nextInt(READS.size()));
                write.commit(writer, id, 2L * i);
                if (!apart) {
                    write.rest(writer);
                }
                Read.Row row = read.row(reader, id);
                if (apart) {
                    write.rest(writer);
                }
                tally.add(row, 2L * i, write + " then " + read + " on " + database);
                progress.incrementAndGet();
            }
        }
        return tally;
    }
}
