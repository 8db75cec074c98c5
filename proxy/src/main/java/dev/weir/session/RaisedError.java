package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.error.Refusal;

/**
 * A statement that makes the server raise an error of Weir's, so that the transaction fails as it
 * would for any other.
 */
final class RaisedError {
    private RaisedError() {}

    /** Its text; what it raises is an ERROR, whatever the severity of {@code why}. */
    static String sql(Refusal why) {
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
}
