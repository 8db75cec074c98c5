package dev.weir.session;

import dev.weir.backend.ServerConnection;
import dev.weir.exchange.Effect;
import dev.weir.sql.Access;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client's unnamed statement. PostgreSQL keeps it beyond Sync, so Weir keeps its text and parses
 * it again before a Bind on a connection whose unnamed statement is another client's.
 */
final class UnnamedStatement implements Effect {
    /*
     *  NONE ──Parse──▶ KEPT ──Query, Close, failed Parse──▶ NONE
     *    └──Parse too large──▶ LOST ──Query, Parse──▶ …
     *
     * Each change counts from the moment its message is sent. If other messages of the batch
     * precede it, the server may skip it: then a Change undoes it.
     */
    enum State {
        NONE,
        /** Its text is kept. */
        KEPT,
        /** Only the server connection has it: the session must stay there. */
        LOST
    }

    /** The largest Parse message that is kept, in bytes. */
    static final int BYTES_MAX = 16 * 1024;

    private static final byte[] NO_NAME = {};

    private State state = State.NONE;
    private @Nullable Text text;
    private long facts;
    private byte @Nullable [] deallocates;
    private int parsesOutstanding;
    private int changesOutstanding;
    private long changedBatch;
    private Version version = new Version();

    /** Distinguishes an unnamed statement from earlier ones, by identity. */
    static final class Version {}

    State state() {
        return state;
    }

    /** The version that a server connection has if it has this statement. */
    Version version() {
        return version;
    }

    /** The flags of its text, as {@code StatementFacts}. */
    long facts() {
        return facts;
    }

    /** Its text with the types of its parameters; null if the Parse did not arrive in one piece. */
    @Nullable Text text() {
        return text;
    }

    /** The access that its text needs. */
    Access access() {
        return text == null ? Access.TOO_LONG : text.access();
    }

    /** The client's name of the statement that it deallocates; null if it does not. */
    byte @Nullable [] deallocates() {
        return deallocates;
    }

    /** Keeps the text of a Parse that is being sent. */
    void parsed(long textFacts, Text parsed, byte @Nullable [] deallocated) {
        become(State.KEPT, textFacts, parsed, deallocated);
    }

    /** Notes that a Parse that is too large to be kept was sent. */
    void parsedTooLarge(long textFacts, @Nullable Text parsed) {
        become(State.LOST, textFacts, parsed, null);
    }

    private void become(
            State next, long textFacts, @Nullable Text parsed, byte @Nullable [] deallocated) {
        version = new Version();
        state = next;
        facts = textFacts;
        text = parsed;
        deallocates = deallocated;
    }

    /** A Query or a Close has removed it. */
    void gone() {
        if (state != State.NONE) {
            version = new Version();
        }
        state = State.NONE;
    }

    void writeParse(ByteBuf out) {
        kept().writeParse(out, NO_NAME);
    }

    /** How many bytes {@link #writeParse} writes. */
    int bytes() {
        return kept().parseBytes(NO_NAME);
    }

    private Text kept() {
        assert state == State.KEPT : state;
        return Objects.requireNonNull(text);
    }

    /** Whether an error in an earlier, unanswered batch may still bring an earlier one back. */
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

    /** PostgreSQL drops the old one before it parses the new one; a later Parse decides. */
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

    /** Remembers the state ahead of a Query, Close or repeated Parse that the server may skip. */
    Change change(ServerConnection server, boolean isParse) {
        if (isParse) {
            parsesOutstanding++;
        }
        changesOutstanding++;
        changedBatch = server.statements().batch();
        return new Change(server, isParse);
    }

    /** A change that may be undone, newest first. */
    final class Change implements Effect {
        private final ServerConnection server;
        private final boolean isParse;
        private final @Nullable Object onServerBefore;
        private final Version versionBefore = version;
        private final State stateBefore = state;
        private final @Nullable Text textBefore = text;
        private final long factsBefore = facts;
        private final byte @Nullable [] deallocatesBefore = deallocates;

        private Change(ServerConnection server, boolean isParse) {
            this.server = server;
            this.isParse = isParse;
            this.onServerBefore = server.statements().unnamed();
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
            server.statements().unnamed(onServerBefore);
            version = versionBefore;
            state = stateBefore;
            text = textBefore;
            facts = factsBefore;
            deallocates = deallocatesBefore;
        }
    }
}
