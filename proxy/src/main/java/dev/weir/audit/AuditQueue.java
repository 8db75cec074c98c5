package dev.weir.audit;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The records that wait to be written, oldest first. Thread-safe and lock-free. */
final class AuditQueue {
    private final ConcurrentLinkedQueue<AuditRecord> records = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * Adds a record; false if there is no room for it.
     *
     * @param max how many bytes may wait
     */
    boolean offer(AuditRecord added, long max) {
        long weight = added.weight();
        if (bytes.addAndGet(weight) > max) {
            bytes.addAndGet(-weight);
            return false;
        }
        records.add(added);
        return true;
    }

    /** Takes the oldest, which is counted until it is {@link #written}; null if there is none. */
    @Nullable AuditRecord poll() {
        return records.poll();
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /** Records of this weight have been written, or given up. */
    void written(long weight) {
        bytes.addAndGet(-weight);
    }

    /** The approximate memory that they take, in bytes. */
    long bytes() {
        return bytes.get();
    }
}
