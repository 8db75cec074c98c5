package dev.weir.route;

import dev.weir.sql.BooleanValue;
import java.util.function.Function;
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

    /** From the values of a session's parameters by their names; null if not set. */
    public static TransactionDefaults of(Function<String, @Nullable String> parameters) {
        String readOnly = parameters.apply("default_transaction_read_only");
        return new TransactionDefaults(
                readOnly != null && BooleanValue.isTrue(readOnly),
                "serializable".equalsIgnoreCase(parameters.apply("default_transaction_isolation")));
    }
}
