package dev.weir.session;

import dev.weir.backend.OwnError;
import dev.weir.error.Refusal;
import dev.weir.error.Severity;
import io.netty.buffer.ByteBuf;

/**
 * The error of a Bind that is sent to fail, ahead of a message that names a statement whose
 * parameters or columns are no longer what the client was told. The client gets the error with
 * which PostgreSQL refuses such a plan, so that drivers know that they have to prepare the
 * statement again.
 */
enum ChangedStatement implements OwnError {
    ERROR;

    /** A statement that no server has. */
    static final String NAME = "?weir_changed";

    private static final String UNDEFINED_STATEMENT = "26000";

    private static final Refusal AS_POSTGRESQL =
            new Refusal(
                    Severity.ERROR, "0A000", "cached plan must not change result type", null, null);

    @Override
    public boolean isMeant(String sqlState) {
        return sqlState.equals(UNDEFINED_STATEMENT);
    }

    @Override
    public void writeTo(ByteBuf out) {
        AS_POSTGRESQL.writeTo(out, "RevalidateCachedQuery"); // drivers look at it
    }

    @Override
    public void succeeded() {}

    @Override
    public void failed() {}

    @Override
    public void skipped() {}
}
