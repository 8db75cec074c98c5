package dev.weir.pool;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.net.MemoryBudget;
import io.netty.channel.EventLoop;
import io.netty.util.internal.PlatformDependent;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much of this process's memory the clients of all pools together may use, and how much of it
 * they do use. Thread-safe; a loop's share of a budget belongs to that loop.
 */
public final class Allowance {
    /** The default is the JVM's heap divided by this. */
    private static final int STATEMENTS_PART = 4;

    /** The default is the JVM's direct memory divided by this. */
    private static final int BUFFERS_PART = 2;

    private final LimitMeters meters = new LimitMeters();
    private final MemoryBudget statements;
    private final MemoryBudget buffers;
    private final AtomicInteger held = new AtomicInteger();
    private volatile long statementBytesOfAnyone;
    private volatile int heldMax;

    Allowance(Config config, List<EventLoop> loops) {
        this.statements = new MemoryBudget(0, loops);
        this.buffers = new MemoryBudget(0, loops);
        config(config);
    }

    void config(Config next) {
        long ofStatements = next.get(Settings.MAX_STATEMENT_MEMORY);
        statements.limit(
                ofStatements > 0
                        ? ofStatements
                        : Runtime.getRuntime().maxMemory() / STATEMENTS_PART);
        long ofBuffers = next.get(Settings.MAX_BUFFER_MEMORY);
        buffers.limit(
                ofBuffers > 0 ? ofBuffers : PlatformDependent.maxDirectMemory() / BUFFERS_PART);
        int clients = Math.max(1, next.get(Settings.MAX_CLIENT_CONN));
        statementBytesOfAnyone = statements.limit() / clients;
        heldMax = next.get(Settings.HOLD_MAX_CLIENTS);
    }

    /** How close clients have come to each limit. */
    public LimitMeters meters() {
        return meters;
    }

    /** How many clients wait because a server is away; counted by {@link Held}. */
    AtomicInteger held() {
        return held;
    }

    /** How many clients wait because a server is away. */
    public int heldClients() {
        return held.get();
    }

    /** Whether one more client may wait for a server that is away: {@code hold_max_clients}. */
    boolean mayHold() {
        boolean may = heldMax == 0 || held.get() < heldMax;
        if (!may) {
            meters.refuses(Limit.HELD_CLIENTS);
        }
        return may;
    }

    /** {@code max_statement_memory}. */
    public MemoryBudget statements() {
        return statements;
    }

    /** {@code max_buffer_memory}. */
    public MemoryBudget buffers() {
        return buffers;
    }

    /**
     * The bytes of statements that a client may keep even if all of that memory is used: a client
     * that keeps little is not refused because of what others keep.
     */
    public long statementBytesOfAnyone() {
        return statementBytesOfAnyone;
    }
}
