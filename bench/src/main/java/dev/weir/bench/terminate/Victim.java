package dev.weir.bench.terminate;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Sends one statement after the other, each on a connection of its own, and terminates it. */
final class Victim implements AutoCloseable {
    private static final long SPIN_NANOS = 80_000;

    private final PgNode node;
    private final Tally tally;
    private final Aim aim;
    private final AtomicLong ids;
    private final WireClient killer;

    Victim(PgNode node, Tally tally, long seed, AtomicLong ids) {
        this.node = node;
        this.tally = tally;
        this.aim = new Aim(seed);
        this.ids = ids;
        this.killer = login(node);
        killer.send(Wire.parse("k", "SELECT pg_terminate_backend($1::int4)"), Wire.sync());
        killer.readUntilReady();
    }

    private static WireClient login(PgNode node) {
        WireClient client = node.wire();
        client.login(PgNode.USER, "postgres");
        return client;
    }

    /** Terminates one statement. */
    void once() {
        long id = ids.incrementAndGet();
        try (WireClient client = login(node)) {
            tally.statement().prepare(client, id);
            byte[] kill =
                    Wire.concat(
                            Wire.bind("", "k", Integer.toString(client.processId())),
                            Wire.execute("", 0),
                            Wire.sync());
            client.send(tally.statement().message(id));
            long due = System.nanoTime() + aim.next();
            await(due);
            killer.send(kill);
            Outcome outcome = outcome(client);
            killer.readUntilReady();
            aim.hit(outcome);
            tally.add(outcome, id);
        }
    }

    /** Waits until a time; a thread that is parked wakes up too late to hit it. */
    private static void await(long due) {
        long left = due - System.nanoTime();
        if (left > SPIN_NANOS) {
            LockSupport.parkNanos(left - SPIN_NANOS);
        }
        while (System.nanoTime() < due) {
            Thread.onSpinWait();
        }
    }

    private static Outcome outcome(WireClient client) {
        boolean isCompleted = false;
        try {
            while (true) {
                Message message = client.read();
                switch (message.tag()) {
                    case 'C' -> isCompleted = true;
                    case 'Z' -> {
                        return isCompleted ? Outcome.ACKNOWLEDGED : Outcome.OTHER;
                    }
                    case 'E' -> {
                        if ("FATAL".equals(message.fields().get('V'))
                                && message.sqlState().equals("57P01")) {
                            return isCompleted ? Outcome.COMPLETED : Outcome.STOPPED;
                        }
                        return Outcome.OTHER;
                    }
                    default -> {}
                }
            }
        } catch (RuntimeException e) { // the connection has ended
            return isCompleted ? Outcome.OTHER : Outcome.SILENT;
        }
    }

    @Override
    public void close() {
        killer.close();
    }
}
