package dev.weir.backend;

import dev.weir.exchange.Effect;
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
    private final Statements statements;
    private final Map<Statement, Prepared> prepared = new LinkedHashMap<>(16, 0.75f, true);

    ServerStatements(Statements statements) {
        this.statements = statements;
    }

    /** Whether the server has the statement, or will have before it reads what is sent next. */
    public enum Presence {
        ABSENT,
        /** Sent, not confirmed: an earlier error of its batch may make the server skip it. */
        PENDING,
        READY
    }

    public Presence presence(Statement statement) {
        Prepared entry = prepared.get(statement);
        if (entry == null) {
            return Presence.ABSENT;
        }
        return entry.ready ? Presence.READY : Presence.PENDING;
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

    public int size() {
        return prepared.size();
    }

    private void drop(Statement statement) {
        if (prepared.remove(statement) != null) {
            statements.release(statement);
        }
    }

    private final class Prepared implements Effect {
        private final Statement statement;
        private final long batch;
        private boolean ready;

        Prepared(Statement statement, long batch) {
            this.statement = statement;
            this.batch = batch;
        }

        @Override
        public void succeeded() {
            ready = true;
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
            if (before != null && before.ready) {
                adding(before.statement, -1).succeeded();
            }
        }

        @Override
        public void skipped() {
            failed();
        }
    }
}
