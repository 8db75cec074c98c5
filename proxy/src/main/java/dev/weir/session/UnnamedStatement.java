package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Effect;
import dev.weir.sql.Access;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A client's unnamed statement. PostgreSQL keeps it beyond Sync, so Weir keeps its Parse message
 * and sends it again before a Bind on a connection whose unnamed statement is somebody else's.
 */
final class UnnamedStatement implements Effect {
    /*
     *  NONE ──Parse──▶ KEPT ──Query, Close, failed Parse──▶ NONE
     *    └──Parse too large──▶ LOST ──Query, Parse──▶ …
     *
     * Each change counts from the moment its message is sent. Behind other messages of a batch
     * the server may skip it: then a Change takes it back.
     */
    enum State {
        NONE,
        /** The message is here. */
        KEPT,
        /** Only the server connection knows it: the session must stay there. */
        LOST
    }

    /** The largest Parse message that is kept, in bytes. */
    static final int BYTES_MAX = 16 * 1024;

    private static final int BYTES_MIN = 128;
    private static final byte[] NOTHING = {};

    private State state = State.NONE;
    private byte[] message = NOTHING;
    private int length;
    private long facts;
    private Access access = Access.TOO_LONG;
    private byte @Nullable [] deallocates;
    private int parsesOutstanding;
    private int changesOutstanding;
    private long changedBatch;
    private Version version = new Version();

    /** Tells one unnamed statement from those before it, by identity: a connection may have any. */
    static final class Version {}

    State state() {
        return state;
    }

    /** What a server connection has if it has this one. */
    Version version() {
        return version;
    }

    /** What {@code sql} says of its text. */
    long facts() {
        return facts;
    }

    /** What its text asks of the node that runs it, if that was found out. */
    Access access() {
        return access;
    }

    /** Notes that of the statement that was just parsed. */
    void access(Access found) {
        access = found;
    }

    /** The client's name of the statement that it deallocates, if that is what it does. */
    byte @Nullable [] deallocates() {
        return deallocates;
    }

    /** Keeps a Parse message of {@code bytes} bytes, which is being sent. */
    void parsed(ByteBuf in, int at, int bytes, long textFacts, byte @Nullable [] deallocated) {
        version = new Version();
        facts = textFacts;
        access = Access.TOO_LONG;
        deallocates = deallocated;
        if (bytes > BYTES_MAX) {
            state = State.LOST;
            return;
        }
        if (message.length < bytes) {
            message = new byte[Math.max(BYTES_MIN, Integer.highestOneBit(bytes - 1) * 2)];
        }
        in.getBytes(at, message, 0, bytes);
        length = bytes;
        state = State.KEPT;
    }

    /** Notes that a Parse larger than is kept was sent. */
    void parsedTooLarge(long textFacts) {
        version = new Version();
        facts = textFacts;
        access = Access.TOO_LONG;
        deallocates = null;
        state = State.LOST;
    }

    /** A Query or a Close took it away. */
    void gone() {
        if (state != State.NONE) {
            version = new Version();
        }
        state = State.NONE;
    }

    void writeParse(ByteBuf out) {
        assert state == State.KEPT;
        out.writeBytes(message, 0, length);
    }

    int bytes() {
        return length;
    }

    /** Whether an error of an earlier batch, not answered yet, may still bring back what was. */
    boolean isDoubtful(long currentBatch) {
        return changesOutstanding > 0 && changedBatch != currentBatch;
    }

    /** Counts a Parse of it that is sent as the first message of a batch. */
    Effect parsing() {
        parsesOutstanding++;
        return this;
    }

    @Override
    public void succeeded() {
        parsesOutstanding--;
    }

    /** PostgreSQL drops the old one before it looks at the new; a later Parse decides anew. */
    @Override
    public void failed() {
        if (--parsesOutstanding == 0) {
            state = State.NONE;
        }
    }

    @Override
    public void skipped() {
        parsesOutstanding--;
    }

    /** Remembers what is, before a Query, a Close or a replay that the server may skip. */
    Change change(ServerConnection server, boolean isParse) {
        if (isParse) {
            parsesOutstanding++;
        }
        changesOutstanding++;
        changedBatch = server.batch();
        return new Change(server, isParse);
    }

    /** Remembers what is, before another Parse of the client that the server may skip. */
    Change replacement(ServerConnection server) {
        Change change = change(server, true);
        message = NOTHING; // it is the change's now
        return change;
    }

    /** One change that may be taken back, newest first. */
    final class Change implements Effect {
        private final ServerConnection server;
        private final boolean isParse;
        private final @Nullable Object onServerBefore;
        private final Version versionBefore = version;
        private final State stateBefore = state;
        private final byte[] messageBefore = message;
        private final int lengthBefore = length;
        private final long factsBefore = facts;
        private final Access accessBefore = access;
        private final byte @Nullable [] deallocatesBefore = deallocates;

        private Change(ServerConnection server, boolean isParse) {
            this.server = server;
            this.isParse = isParse;
            this.onServerBefore = server.unnamed();
        }

        @Override
        public void succeeded() {
            changesOutstanding--;
            if (isParse) {
                UnnamedStatement.this.succeeded();
            }
        }

        @Override
        public void failed() {
            changesOutstanding--;
            if (isParse) {
                UnnamedStatement.this.failed();
            }
        }

        @Override
        public void skipped() {
            changesOutstanding--;
            if (isParse) {
                parsesOutstanding--;
            }
            server.unnamed(onServerBefore);
            version = versionBefore;
            state = stateBefore;
            message = messageBefore;
            length = lengthBefore;
            facts = factsBefore;
            access = accessBefore;
            deallocates = deallocatesBefore;
        }
    }
}
