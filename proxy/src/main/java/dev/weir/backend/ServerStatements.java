package dev.weir.backend;

import dev.weir.exchange.Effect;
import dev.weir.protocol.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that are prepared on one server connection, least recently used first. At most
 * {@code max_prepared_statements}; beyond that its caller closes {@link #eldest}.
 *
 * <p>Belongs to its connection's loop.
 */
public final class ServerStatements {
    /** "cached plan must not change result type" */
    private static final String STALE_PLAN = "0A000";

    /** "cache lookup failed for type …" */
    private static final String LOOKUP_FAILED = "XX000";

    /** "prepared statement … does not exist" */
    private static final String NO_SUCH_STATEMENT = "26000";

    private final Statements statements;
    private final DefinitionWatch definitions;
    private final Map<Statement, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);
    private boolean distrusted;
    private @Nullable Object unnamed;
    private long batch;

    ServerStatements(Statements statements) {
        this.statements = statements;
        this.definitions = new DefinitionWatch(statements.catalogOfLoop());
    }

    /** Whether the server has the statement, or will have before it reads what is sent next. */
    public enum Presence {
        ABSENT,
        /** Sent, not confirmed: an earlier error of its batch may make the server skip it. */
        PENDING,
        READY,
        /** The server has it, but its parameters or columns are not what clients were told. */
        CHANGED
    }

    /** The number of the batch that is being sent; a Sync ends it. */
    public long batch() {
        return batch;
    }

    /** Notes that a Sync was sent. */
    public void batchEnded() {
        batch++;
    }

    /**
     * Which unnamed statement the server has once it has read what was sent: whatever its client
     * knows it by; null if none.
     */
    public @Nullable Object unnamed() {
        return unnamed;
    }

    public void unnamed(@Nullable Object version) {
        unnamed = version;
    }

    public Presence presence(Statement statement) {
        Prepared entry = prepared.get(statement);
        if (entry == null || entry.presence == Presence.CHANGED && !entry.isVerified()) {
            return Presence.ABSENT;
        }
        return entry.presence;
    }

    /** Whether a Close must go ahead of a Parse of the statement. */
    public boolean mustClose(Statement statement) {
        return distrusted || prepared.containsKey(statement);
    }

    /** The number of the batch in which a pending statement was sent. */
    public long batchOf(Statement statement) {
        Prepared entry = prepared.get(statement);
        return entry == null ? -1 : entry.batch;
    }

    /** Notes that a Parse of the statement is sent in {@code batch}; returns its effect. */
    public Effect adding(Statement statement, long batch) {
        if (!prepared.containsKey(statement)) {
            statements.retain(statement);
        }
        var entry = new Prepared(statement, batch);
        prepared.put(statement, entry);
        return entry;
    }

    /** Notes that a Describe is sent behind the Parse of the statement; returns its effect. */
    public Effect describing(Statement statement) {
        Prepared entry = prepared.get(statement);
        long catalog = statements.catalogOfLoop().number();
        return new Description() {
            @Override
            void described(long answer) {
                if (!statement.describe(answer) && entry != null) {
                    entry.presence = Presence.CHANGED;
                    entry.changedIn = catalog;
                }
            }
        };
    }

    /** Notes that a Close of the statement is sent; returns its effect. */
    public Effect removing(Statement statement) {
        Prepared before = prepared.get(statement);
        drop(statement);
        return new Removal(before);
    }

    /** The statement to give up, if there are more than {@code limit}. */
    public @Nullable Statement eldest(int limit) {
        return prepared.size() > limit ? prepared.keySet().iterator().next() : null;
    }

    /** Forgets all: DISCARD ALL and the like. */
    public void clear() {
        for (Statement statement : prepared.keySet()) {
            statements.release(statement);
        }
        prepared.clear();
    }

    /**
     * The server may have lost any of them, behind Weir's back. From now on a Close goes ahead of
     * each Parse, since it may also have them still.
     */
    public void distrust() {
        distrusted = true;
        clear();
    }

    public int size() {
        return prepared.size();
    }

    private void drop(Statement statement) {
        if (prepared.remove(statement) != null) {
            statements.release(statement);
        }
    }

    // --- the catalog --------------------------------------------------------------------------

    /** Whether the transaction that is open has changed the catalog. */
    public boolean isDefining() {
        return definitions.isChanging();
    }

    /**
     * Notes that a text that may change the catalog is sent; returns its effect.
     *
     * @param temporary whether it makes temporary objects, which are nobody else's business
     */
    public Effect defining(boolean temporary) {
        return temporary ? DefinitionWatch.TEMPORARY : definitions.sending();
    }

    /**
     * Whether an error at a Bind or Describe says that a statement is not what it was when it was
     * parsed, or is gone: then what is known of statements is mended.
     *
     * @param in what has come of the error: {@code length} bytes at {@code body}
     */
    boolean isStale(String sqlState, ByteBuf in, int body, int length) {
        return switch (sqlState) {
            case STALE_PLAN ->
                    isOutdated(
                            "RevalidateCachedQuery"
                                    .equals(ErrorFields.field(in, body, length, 'R')));
            case LOOKUP_FAILED -> {
                String message = ErrorFields.field(in, body, length, 'M');
                yield isOutdated(message != null && message.startsWith("cache lookup failed"));
            }
            case NO_SUCH_STATEMENT -> {
                boolean isLost = Statements.isNamedIn(in, body, length);
                if (isLost) {
                    distrust();
                }
                yield isLost;
            }
            default -> false;
        };
    }

    /** The catalog has changed past Weir, or inside a function. */
    private boolean isOutdated(boolean is) {
        if (is) {
            statements.catalogOfLoop().changed();
        }
        return is;
    }

    /** Sees the definitions that the server has carried out. */
    DefinitionWatch definitions() {
        return definitions;
    }

    private final class Prepared implements Effect {
        private final Statement statement;
        private final long batch;
        private Presence presence = Presence.PENDING;

        /** The catalog in which it was found to be changed. */
        private long changedIn;

        Prepared(Statement statement, long batch) {
            this.statement = statement;
            this.batch = batch;
        }

        /** Whether it would be found to be changed if it were looked at again. */
        boolean isVerified() {
            return statements.catalogOfLoop().isSame(changedIn);
        }

        @Override
        public void succeeded() {
            presence = Presence.READY;
            statement.prove();
        }

        @Override
        public void failed() {
            if (prepared.get(statement) == this) {
                drop(statement);
            }
        }

        @Override
        public void skipped() {
            failed();
        }
    }

    /** A Close that the server skips leaves what was there, if its Parse had succeeded. */
    private final class Removal implements Effect {
        private final @Nullable Prepared before;

        Removal(@Nullable Prepared before) {
            this.before = before;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            if (before != null && before.presence != Presence.PENDING) {
                Presence then = before.presence;
                var again = (Prepared) adding(before.statement, -1);
                again.presence = then;
                again.changedIn = before.changedIn;
            }
        }

        @Override
        public void skipped() {
            failed();
        }
    }
}
