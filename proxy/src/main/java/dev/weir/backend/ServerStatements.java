package dev.weir.backend;

import dev.weir.exchange.Effect;
import dev.weir.protocol.ErrorFields;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The statements that are prepared on one server connection, least recently used first. At most
 * {@code max_prepared_statements}; if there are more, the caller closes {@link #eldest}.
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
    private boolean settingsChanged;
    private @Nullable Object unnamed;
    private long batch;

    ServerStatements(Statements statements) {
        this.statements = statements;
        this.definitions = new DefinitionWatch(statements.catalogOfLoop());
    }

    /** Whether the server has the statement, or will have it before it reads what is sent next. */
    public enum Presence {
        ABSENT,
        /** Sent but not confirmed: an earlier error in its batch may make the server skip it. */
        PENDING,
        READY,
        /** The server has it, but its parameters or columns are not what clients were told. */
        CHANGED
    }

    /** A client changes settings or the role, for its session or its transaction. */
    public void settingsChange() {
        settingsChanged = true;
    }

    /** Whether plans may have been made under settings that a client has changed meanwhile. */
    public boolean haveSettingsChanged() {
        return settingsChanged;
    }

    /** All plans were discarded. */
    public void plansDiscarded() {
        settingsChanged = false;
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
     * The unnamed statement that the server has once it has read what was sent, as an object that
     * its client identifies it by; null if none.
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

    /** Whether a Parse of the statement must be preceded by a Close. */
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

    /** Notes that a Describe is sent after the Parse of the statement; returns its effect. */
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

    /** The statement to close, if there are more than {@code limit}; else null. */
    public @Nullable Statement eldest(int limit) {
        return prepared.size() > limit ? prepared.keySet().iterator().next() : null;
    }

    /** Forgets all, as after DISCARD ALL. */
    public void clear() {
        for (Statement statement : prepared.keySet()) {
            statements.release(statement);
        }
        prepared.clear();
    }

    /**
     * The server may have lost any of them without Weir's knowledge. From now on each Parse is
     * preceded by a Close, since the server may also still have them.
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
     * @param temporary whether it creates temporary objects, which do not concern other sessions
     */
    public Effect defining(boolean temporary) {
        return temporary ? DefinitionWatch.TEMPORARY : definitions.sending();
    }

    /**
     * Whether an error at a Bind or Describe means that a statement is out of date, or gone: then
     * what is known of statements is corrected.
     *
     * @param in the beginning of the error: {@code length} bytes at {@code body}
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

    /** The catalog has changed outside of Weir, or inside a function. */
    private boolean isOutdated(boolean is) {
        if (is) {
            statements.catalogOfLoop().changed();
        }
        return is;
    }

    /** Detects the definitions that the server has carried out. */
    DefinitionWatch definitions() {
        return definitions;
    }

    private final class Prepared implements Effect {
        private final Statement statement;
        private final long batch;
        private Presence presence = Presence.PENDING;

        /** The number of the catalog for which it was found to have changed. */
        private long changedIn;

        Prepared(Statement statement, long batch) {
            this.statement = statement;
            this.batch = batch;
        }

        /** Whether it would be found to have changed if it were checked again. */
        boolean isVerified() {
            return statements.catalogOfLoop().isSame(changedIn);
        }

        @Override
        public void noticed() {
            statement.notice();
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

    /** Undoes a Close that the server skips, if the statement's Parse had succeeded. */
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
