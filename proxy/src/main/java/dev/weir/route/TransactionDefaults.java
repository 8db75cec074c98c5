package dev.weir.route;

import dev.weir.sql.BooleanValue;
import org.jspecify.annotations.Nullable;

/**
 * The default characteristics of a session's transactions.
 *
 * @param readOnly {@code default_transaction_read_only} is on
 * @param serializable {@code default_transaction_isolation} is serializable
 */
public record TransactionDefaults(boolean readOnly, boolean serializable) {
    /** PostgreSQL's own defaults. */
    public static final TransactionDefaults NONE = new TransactionDefaults(false, false);

    /** From the values of the two parameters; null if not set. */
    public static TransactionDefaults of(@Nullable String readOnly, @Nullable String isolation) {
        return new TransactionDefaults(
                readOnly != null && BooleanValue.isTrue(readOnly),
                "serializable".equalsIgnoreCase(isolation));
    }
}
