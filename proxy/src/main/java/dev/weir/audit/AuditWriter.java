package dev.weir.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes the audit log. What it has taken from the queue it writes, however long
 * that takes: a disk that is full is tried again each second, and meanwhile the queue fills.
 */
final class AuditWriter implements Runnable {
    /** Lines are written together up to this size, unless one is longer. */
    private static final int BATCH_BYTES = 64 * 1024;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WORDS_MILLIS = 2_000;

    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);

    /** What the writer is asked and told. */
    interface Owner {
        /** Records have been written: there is room for others. */
        void written();

        /** So many records are lost. */
        void lost(long records);
    }

    private final AuditQueue queue;
    private final Owner owner;
    private final Thread thread;
    private final StringBuilder text = new StringBuilder();
    private volatile @Nullable AuditTargets next;
    private volatile boolean sleeps;
    private volatile boolean ends;
    private AuditTargets now;
    private boolean hasFailed;

    AuditWriter(AuditQueue queue, AuditTargets targets, Owner owner) {
        this.queue = queue;
        this.now = targets;
        this.owner = owner;
        this.thread = Thread.ofPlatform().daemon().name("weir-audit").unstarted(this);
    }

    void start() {
        thread.start();
    }

    /** There is something to write. Any thread may say so; costs little if the writer is busy. */
    void wake() {
        if (sleeps) {
            LockSupport.unpark(thread);
        }
    }

    /** From now on, lines go there. Takes over {@code targets}. */
    synchronized void become(AuditTargets targets) {
        AuditTargets untaken = next;
        next = targets;
        if (untaken != null) {
            untaken.close();
        }
        LockSupport.unpark(thread);
    }

    /** Writes what waits, and ends; gives up if that takes two seconds. */
    void end() {
        ends = true;
        LockSupport.unpark(thread);
        try {
            thread.join(LAST_WORDS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.warn("audit_unwritten bytes={}", queue.bytes());
        }
    }

    @Override
    public void run() {
        while (!ends || !queue.isEmpty()) {
            swap(false);
            if (!writeSome()) {
                rest();
            }
        }
        now.close();
    }

    private void rest() {
        sleeps = true;
        if (queue.isEmpty() && next == null && !ends) {
            LockSupport.park(this);
        }
        sleeps = false;
    }

    /**
     * Takes the targets that {@link #become} has brought. Where these are none, what waits is
     * written before.
     *
     * @param isFailing whether the old ones do not work
     */
    private synchronized void swap(boolean isFailing) {
        AuditTargets opened = next;
        if (opened != null && (isFailing || queue.isEmpty() || !opened.areNone())) {
            next = null;
            now.close();
            now = opened;
        }
    }

    /** Writes a part of what waits; false if nothing does. */
    private boolean writeSome() {
        text.setLength(0);
        long weight = 0;
        long refused = 0;
        AuditRecord one = queue.poll();
        if (one == null) {
            return false;
        }
        while (one != null) {
            String line = one.line();
            text.append(line).append('\n');
            weight += one.weight();
            refused += now.tell(one, line) ? 0 : 1;
            one = text.length() < BATCH_BYTES ? queue.poll() : null;
        }
        if (refused > 0) {
            owner.lost(refused);
        }
        write(ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
        queue.written(weight);
        owner.written();
        return true;
    }

    private void write(ByteBuffer lines) {
        while (lines.hasRemaining()) {
            try {
                now.write(lines);
                if (hasFailed) {
                    hasFailed = false;
                    log.info("audit_written_again");
                }
            } catch (IOException e) {
                if (!hasFailed) {
                    hasFailed = true;
                    log.warn("audit_not_written error=\"{}\"", e.getMessage());
                }
                if (ends) {
                    owner.lost(linesIn(lines));
                    return;
                }
                LockSupport.parkNanos(this, RETRY_NANOS);
                if (next != null) {
                    swap(true);
                    toLineStart(lines); // the other file has nothing of it
                }
            }
        }
    }

    private static long linesIn(ByteBuffer lines) {
        long count = 0;
        for (int i = lines.position(); i < lines.limit(); i++) {
            count += lines.get(i) == '\n' ? 1 : 0;
        }
        return count;
    }

    private static void toLineStart(ByteBuffer lines) {
        int at = lines.position();
        while (at > 0 && lines.get(at - 1) != '\n') {
            at--;
        }
        lines.position(at);
    }
}
