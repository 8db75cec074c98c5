package dev.weir.audit;

import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.pool.Waiter;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What waits to be written to the audit log, and what happens if it is too much. Thread-safe. */
final class Backlog {
    /*
     *   loops ──add──▶ queue (audit_queue) ──▶ writer ──▶ file, syslog
     *                    │ full
     *                    ├── drop: the record is lost, and counted
     *                    └── wait: it is taken, and its client not read until half of the queue is
     *                        empty. So the queue grows by what was read already. Logins and
     *                        commands, which nobody can stop, find as much room again.
     */
    private static final Logger log = LoggerFactory.getLogger(Backlog.class);

    private final Map<EventLoop, LoopAudit> loops = new IdentityHashMap<>();
    private final AuditQueue queue = new AuditQueue();
    private final AuditWriter writer;

    /** How many lost records the log itself does not report yet. */
    private final AtomicLong lost = new AtomicLong();

    private volatile AuditRules rules;
    private volatile LimitMeters meters = new LimitMeters();

    /** Whether clients may be waiting for room. */
    private volatile boolean hasQuiet;

    Backlog(AuditRules rules, AuditTargets targets, List<EventLoop> loops) {
        this.rules = rules;
        this.writer = new AuditWriter(queue, targets, new Written());
        loops.forEach(loop -> this.loops.put(loop, new LoopAudit(loop)));
    }

    /** Starts writing; {@code counts} records how far the queue is used. */
    void start(LimitMeters counts) {
        meters = counts;
        writer.start();
    }

    /**
     * Applies these rules, and writes to these targets, from now on. Takes over {@code targets}.
     */
    void become(AuditRules next, @Nullable AuditTargets targets) {
        rules = next;
        if (targets != null) {
            writer.become(targets);
        }
        if (!next.waits()) {
            resume();
        }
    }

    /** Writes what waits, and ends. */
    void end() {
        writer.end();
    }

    AuditRules rules() {
        return rules;
    }

    @Nullable LoopAudit on(EventLoop loop) {
        return loops.get(loop);
    }

    /** The approximate size of what waits to be written, in bytes. */
    long bytes() {
        return queue.bytes();
    }

    /** Adds a record of something that cannot be made to wait. */
    void addAlways(AuditRecord record) {
        long max = rules.queueBytes();
        if (!offer(record, rules.waits() ? 2 * max : max)) {
            lost(1);
        }
    }

    /**
     * Adds a record of a client's statement.
     *
     * @return false if the client is to wait until there is room
     */
    boolean add(AuditRecord record) {
        AuditRules by = rules;
        if (!by.waits()) {
            addAlways(record);
            return true;
        }
        offer(record, Long.MAX_VALUE);
        return queue.bytes() <= by.queueBytes();
    }

    private boolean offer(AuditRecord record, long max) {
        boolean isTaken = queue.offer(record, max);
        meters.reaches(Limit.AUDIT_QUEUE, queue.bytes());
        writer.wake();
        return isTaken;
    }

    // --- overflow -----------------------------------------------------------------------------

    private void lost(long records) {
        for (long i = 0; i < records; i++) {
            meters.refuses(Limit.AUDIT_QUEUE);
        }
        if (lost.getAndAdd(records) == 0) {
            log.warn(
                    "audit_records_lost waiting_bytes={} audit_queue={}",
                    queue.bytes(),
                    rules.queueBytes());
        }
    }

    /** Lets a client wait for room. On the client's loop. */
    void waits(LoopAudit own, Waiter client) {
        own.quiet(client);
        meters.refuses(Limit.AUDIT_QUEUE);
        hasQuiet = true;
        if (hasRoom()) {
            own.resume(); // there was room before the writer could know that a client waits
        }
    }

    private boolean hasRoom() {
        return queue.bytes() <= rules.queueBytes() / 2;
    }

    private void written() {
        if (hasQuiet && hasRoom()) {
            hasQuiet = false;
            resume();
        }
        if (lost.get() > 0 && hasRoom()) {
            tellLost();
        }
    }

    /** Receives the writer's reports. */
    private final class Written implements AuditWriter.Owner {
        @Override
        public void written() {
            Backlog.this.written();
        }

        @Override
        public void lost(long records) {
            Backlog.this.lost(records);
        }
    }

    private void resume() {
        loops.forEach((loop, own) -> loop.execute(own::resume));
    }

    /** Reports in both logs how many records are missing. */
    private void tellLost() {
        long records = lost.getAndSet(0);
        log.warn("audit_records_missing count={}", records);
        var gap =
                new AuditRecord(
                        Instant.now(),
                        Set.of(),
                        AuditEvents.LOST,
                        null,
                        null,
                        null,
                        0,
                        null,
                        AuditEvents.FAILURE,
                        null,
                        records,
                        0);
        queue.offer(gap, Long.MAX_VALUE);
    }
}
