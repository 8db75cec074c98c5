package dev.weir.session;

import dev.weir.backend.OwnError;
import dev.weir.backend.ParameterSet;
import dev.weir.error.Refusal;
import dev.weir.error.Severity;
import dev.weir.exchange.Effect;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A statement that makes the server raise an error of Weir's, so that the transaction fails as it
 * does for any other.
 *
 * @param why raised as an ERROR, whatever its severity
 * @param then what else the request changes; null if nothing
 */
record RaisedError(Refusal why, @Nullable Effect then) implements OwnError {
    /** If PL/pgSQL was dropped, its absence makes the transaction fail as well. */
    private static final String UNDEFINED_OBJECT = "42704";

    /** The statement. */
    String sql() {
        var sql = new StringBuilder("DO $weir$BEGIN RAISE EXCEPTION USING ERRCODE='");
        sql.append(why.sqlState()).append("',MESSAGE=");
        ParameterSet.literal(sql, why.text());
        String hint = why.hint();
        if (hint != null) {
            sql.append(",HINT=");
            ParameterSet.literal(sql, hint);
        }
        return sql.append(";END$weir$").toString();
    }

    @Override
    public boolean isMeant(String sqlState) {
        return sqlState.equals(why.sqlState()) || sqlState.equals(UNDEFINED_OBJECT);
    }

    @Override
    public void writeTo(ByteBuf out) {
        why.withSeverity(Severity.ERROR).writeTo(out);
    }

    @Override
    public void succeeded() {
        if (then != null) {
            then.succeeded();
        }
    }

    @Override
    public void failed() {
        if (then != null) {
            then.failed();
        }
    }

    @Override
    public void skipped() {
        if (then != null) {
            then.skipped();
        }
    }
}
