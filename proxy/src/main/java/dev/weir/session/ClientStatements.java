package dev.weir.session;

import dev.weir.backend.Statement;
import dev.weir.backend.Statements;
import dev.weir.exchange.Effect;
import dev.weir.protocol.FrontendTag;
import dev.weir.sql.StatementFacts;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The named statements of one client: its names, and Weir's statements behind them.
 *
 * <p>A change counts from the moment its message is sent, so that the rest of the batch sees it,
 * and is undone if the server skips the message. Names are looked up by the bytes of a Bind,
 * without copying.
 */
final class ClientStatements {
    /*
     *   ADDED ──ParseComplete──▶ HERE
     *     │ Close                 │ Close
     *     ▼                       ▼
     *   CLOSED_EARLY ──────────▶ CLOSED ──CloseComplete──▶ gone
     *
     * If the server skips the Close, the step down is undone. So that a name that may come back is
     * not taken to be free or unknown, an entry stays in the table until its Close is answered; an
     * entry of the same name that is added later precedes it.
     */
    private enum State {
        /** Its Parse is not answered yet. */
        ADDED,
        HERE,
        /** Closed before its Parse was answered. */
        CLOSED_EARLY,
        CLOSED
    }

    private static final int BUCKETS_MIN = 8;
    private static final int HEADER_BYTES = 5;

    /** PostgreSQL truncates names of statements to this length. */
    private static final int NAME_BYTES_MAX = 63;

    /** The buckets of the many clients that never name a statement. */
    private static final @Nullable Entry[] NO_BUCKETS = new Entry[1];

    /** The memory that a name takes besides its bytes and its statement. */
    private static final int ENTRY_BYTES = 128;

    private final Statements statements;
    private @Nullable Entry[] buckets = NO_BUCKETS;
    private int size;
    private int closed;
    private long bytes;

    /** The client's names by which the server knows statements until the batch is over. */
    private @Nullable List<byte[]> onServer;

    ClientStatements(Statements statements) {
        this.statements = statements;
    }

    /** A name and its statement. */
    static final class Entry {
        private final byte[] name;
        private final int hash;
        private Statement statement;
        private State state = State.ADDED;

        /** The batch that its newest message belongs to. */
        private long batch;

        private @Nullable Entry next;

        /** Whether it was removed from the table. */
        private boolean isGone;

        private Entry(byte[] name, Statement statement, long batch) {
            this.name = name;
            this.hash = Arrays.hashCode(name);
            this.statement = statement;
            this.batch = batch;
        }

        private int ownBytes() {
            return ENTRY_BYTES + name.length;
        }

        byte[] name() {
            return name;
        }

        Statement statement() {
            return statement;
        }

        /**
         * Replaces the statement by another of the same text, which the caller has held for this.
         */
        void statement(Statement another) {
            statement = another;
        }

        /** Whether the client has closed it. */
        boolean isClosed() {
            return state == State.CLOSED || state == State.CLOSED_EARLY;
        }

        /**
         * Whether an error in an earlier, unanswered batch may still remove it or bring it back.
         */
        boolean isDoubtful(long currentBatch) {
            return state != State.HERE && batch != currentBatch;
        }

        private void become(State next) {
            assert switch (next) {
                        case ADDED -> state == State.CLOSED_EARLY;
                        case HERE -> state == State.ADDED || state == State.CLOSED;
                        case CLOSED_EARLY -> state == State.ADDED;
                        case CLOSED -> state == State.HERE || state == State.CLOSED_EARLY;
                    }
                    : state + " to " + next;
            state = next;
        }

        private void parsed() {
            become(state == State.ADDED ? State.HERE : State.CLOSED);
        }

        private void close() {
            become(state == State.ADDED ? State.CLOSED_EARLY : State.CLOSED);
        }

        private void comeBack() {
            become(state == State.CLOSED_EARLY ? State.ADDED : State.HERE);
        }
    }

    /** The client's statement of this name; null if there is none. */
    @Nullable Entry find(byte[] name) {
        return live(newest(name));
    }

    @Nullable Entry find(ByteBuf in, int start, int end) {
        return live(newest(in, start, end));
    }

    /** The client's statement that a text names in SQL; null if there is none. */
    @Nullable Entry named(StatementFacts facts) {
        String name = facts.name();
        return name == null ? null : find(name.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable Entry live(@Nullable Entry newest) {
        return newest == null || newest.isClosed() ? null : newest;
    }

    /** The newest entry of this name, which may be closed. */
    @Nullable Entry newest(ByteBuf in, int start, int nameEnd) {
        int end = Math.min(nameEnd, start + NAME_BYTES_MAX);
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + in.getByte(i);
        }
        for (Entry entry = buckets[bucket(hash)]; entry != null; entry = entry.next) {
            if (entry.hash == hash && matches(entry.name, in, start, end)) {
                return entry;
            }
        }
        return null;
    }

    @Nullable Entry newest(byte[] whole) {
        byte[] name = cut(whole);
        int hash = Arrays.hashCode(name);
        for (Entry entry = buckets[bucket(hash)]; entry != null; entry = entry.next) {
            if (entry.hash == hash && Arrays.equals(entry.name, name)) {
                return entry;
            }
        }
        return null;
    }

    private static byte[] cut(byte[] name) {
        return name.length <= NAME_BYTES_MAX ? name : Arrays.copyOf(name, NAME_BYTES_MAX);
    }

    private static boolean matches(byte[] name, ByteBuf in, int start, int end) {
        if (name.length != end - start) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (name[i] != in.getByte(start + i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Adds a statement that was {@link Statements#hold held} for this; returns the Parse's effect.
     */
    Effect add(byte[] name, Statement statement, long batch) {
        var entry = new Entry(cut(name), statement, batch);
        insert(entry);
        bytes += entry.ownBytes() + statement.weight();
        statements.memory().add(entry.ownBytes());
        return new Effect() {
            @Override
            public void succeeded() {
                entry.parsed();
            }

            @Override
            public void failed() {
                remove(entry);
            }

            @Override
            public void skipped() {
                remove(entry);
            }
        };
    }

    /**
     * Closes a name by a message of {@code batch}; returns the effect, which brings it back if the
     * server skips the Close.
     */
    Effect close(Entry entry, long batch) {
        long batchBefore = entry.batch;
        entry.close();
        entry.batch = batch;
        closed++;
        return new Effect() {
            @Override
            public void succeeded() {
                remove(entry);
            }

            @Override
            public void failed() {
                skipped();
            }

            @Override
            public void skipped() {
                if (!entry.isGone) { // otherwise it has been forgotten meanwhile
                    closed--;
                    entry.comeBack();
                    entry.batch = batchBefore;
                }
            }
        };
    }

    /** Removes a name for good. */
    void remove(Entry entry) {
        if (unlink(entry)) {
            closed -= entry.isClosed() ? 1 : 0;
            bytes -= entry.ownBytes() + entry.statement.weight();
            statements.memory().add(-entry.ownBytes());
            statements.release(entry.statement);
        }
    }

    /** Removes the names that a batch has given to statements: it has had no effect. */
    void forgetParsed(ByteBuf batch) {
        int p = batch.readerIndex();
        while (batch.writerIndex() - p >= HEADER_BYTES) {
            int name = p + HEADER_BYTES;
            int next = p + 1 + batch.getInt(p + 1);
            if (batch.getByte(p) == FrontendTag.PARSE) {
                Entry entry = find(batch, name, batch.indexOf(name, next, (byte) 0));
                if (entry != null) {
                    remove(entry);
                }
            }
            p = next;
        }
    }

    /** Forgets all: DISCARD ALL, DEALLOCATE ALL, or the client's end. */
    void clear() {
        for (Entry head : buckets) {
            for (Entry entry = head; entry != null; entry = entry.next) {
                entry.isGone = true;
                statements.memory().add(-entry.ownBytes());
                statements.release(entry.statement);
            }
        }
        buckets = NO_BUCKETS;
        size = 0;
        closed = 0;
        bytes = 0;
    }

    /** Some of the client's names. */
    List<byte[]> names(int most) {
        var names = new ArrayList<byte[]>();
        for (Entry head : buckets) {
            for (Entry at = head; at != null && names.size() < most; at = at.next) {
                if (!at.isClosed()) {
                    names.add(at.name);
                }
            }
        }
        return names;
    }

    // --- names that the server knows, too -------------------------------------------------------

    /** Has a name of the client closed on the server once its batch is over. */
    void closeLater(byte[] name) {
        List<byte[]> names = onServer;
        if (names == null) {
            onServer = names = new ArrayList<>();
        }
        names.add(name);
    }

    /** Whether this name is to be closed then. */
    boolean closesLater(byte[] name) {
        List<byte[]> names = onServer;
        if (names != null) {
            for (byte[] each : names) {
                if (Arrays.equals(each, name)) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean hasToClose() {
        return onServer != null;
    }

    List<byte[]> takeToClose() {
        List<byte[]> names = onServer;
        onServer = null;
        return names == null ? List.of() : names;
    }

    // --- the table ------------------------------------------------------------------------------

    /** How many names the client has. */
    int size() {
        return size - closed;
    }

    /** How many more names it would have if the server skipped the Closes sent for them. */
    int closing() {
        return closed;
    }

    /** The memory of its statements in bytes, as if none were shared. */
    long bytes() {
        return bytes;
    }

    private void insert(Entry entry) {
        if (size >= buckets.length || buckets == NO_BUCKETS) {
            grow();
        }
        int bucket = bucket(entry.hash);
        entry.next = buckets[bucket];
        buckets[bucket] = entry;
        size++;
    }

    private boolean unlink(Entry entry) {
        int bucket = bucket(entry.hash);
        Entry before = null;
        for (Entry at = buckets[bucket]; at != null; before = at, at = at.next) {
            if (at == entry) {
                if (before == null) {
                    buckets[bucket] = at.next;
                } else {
                    before.next = at.next;
                }
                at.next = null;
                at.isGone = true;
                size--;
                return true;
            }
        }
        return false;
    }

    private void grow() {
        @Nullable Entry[] old = buckets;
        buckets = new Entry[Math.max(BUCKETS_MIN, old.length * 2)];
        size = 0;
        for (Entry head : old) {
            Entry entry = reversed(head);
            while (entry != null) {
                Entry next = entry.next;
                insert(entry);
                entry = next;
            }
        }
    }

    /** Reverses a chain, so that the newest is inserted last. */
    private static @Nullable Entry reversed(@Nullable Entry head) {
        Entry turned = null;
        for (Entry entry = head; entry != null; ) {
            Entry next = entry.next;
            entry.next = turned;
            turned = entry;
            entry = next;
        }
        return turned;
    }

    private int bucket(int hash) {
        return (hash ^ hash >>> 15) & buckets.length - 1;
    }
}
