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
 * that takes: if the disk is full, it tries again each second, and meanwhile the queue fills.
 */
final class AuditWriter implements Runnable {
    /** Lines are written together up to this size, unless one is longer. */
    private static final int BATCH_BYTES = 64 * 1024;

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LAST_WORDS_MILLIS = 2_000;

    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);

    /** Told what the writer has done. */
    interface Owner {
        /** Records have been written: there is room for more. */
        void written();

        /** This many records are lost. */
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

    /** There is something to write. May be called by any thread; cheap if the writer is busy. */
    void wake() {
        if (sleeps) {
            LockSupport.unpark(thread);
        }
    }

    /** Makes further lines go to these targets. Takes over {@code targets}. */
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
     * Switches to the targets of {@link #become}. If these are none, what waits is written first.
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
                    toLineStart(lines); // the other file has no part of it
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
