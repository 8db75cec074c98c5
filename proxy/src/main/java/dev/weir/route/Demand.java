package dev.weir.route;

import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import org.jspecify.annotations.Nullable;

/**
 * What a client's batch demands of the node that runs it: the sum of the demands of its texts.
 * Filled for each batch by {@link #begin}, then one call per text, then {@link #end}.
 */
public final class Demand {
    private @Nullable Functions functions;
    private Access first = Access.TOO_LONG;
    private Access worst = Access.TOO_LONG;
    private Access last = Access.TOO_LONG;
    private @Nullable Access parsed;
    private int executed;
    private boolean isComplete;
    private boolean controls;
    private boolean mayCommit;
    private boolean mayWrite;
    private boolean definesFunctions;
    private boolean isOfSettings;

    /**
     * Begins a batch.
     *
     * @param known the functions of the database; null if they are unknown
     */
    public void begin(@Nullable Functions known) {
        functions = known;
        parsed = null;
        executed = 0;
        controls = false;
        mayCommit = false;
        mayWrite = false;
        definesFunctions = false;
        isOfSettings = true;
    }

    /** The batch parses a text, which counts if the batch runs none. */
    public void parses(Access access) {
        parsed = access;
    }

    /** The batch runs a text. */
    public void runs(Access access) {
        if (executed++ == 0) {
            first = worst = access;
        } else if (isWorse(access)) {
            worst = access;
        }
        last = access;
        mayWrite |= access.mayWrite(functions);
        controls |= access.controls();
        mayCommit |= access.mayCommit();
        definesFunctions |= access.definesFunctions();
        isOfSettings &= access.isOfSettings();
    }

    private boolean isWorse(Access access) {
        return badness(access) > badness(worst);
    }

    private int badness(Access access) {
        if (access.isDenied(functions)) {
            return 3;
        } else if (access.isRefused()) {
            return 2;
        }
        return access.isRead(functions) ? 0 : 1;
    }

    /** The batch ends, or the part of it that has arrived; the rest may do anything. */
    public void end(boolean complete) {
        if (executed == 0) {
            runs(parsed == null ? Access.TOO_LONG : parsed);
            executed = 0;
            mayWrite = false;
        }
        isComplete = complete;
        mayCommit |= !complete;
        mayWrite |= !complete;
    }

    /** The functions of the database, as known when the batch was examined. */
    public @Nullable Functions functions() {
        return functions;
    }

    /** The first statement that it runs; if it runs none, the one that it parses. */
    public Access first() {
        return first;
    }

    /**
     * The first statement that must not run on a standby; else the first that one refuses; else the
     * first that is not a read.
     */
    public Access worst() {
        return worst;
    }

    /** The last statement that it runs. */
    public Access last() {
        return last;
    }

    /** Whether one of its statements must not run on a standby. */
    public boolean isDenied() {
        return worst.isDenied(functions);
    }

    /** Whether a standby would refuse one of its statements, though a primary may not. */
    public boolean isRefused() {
        return worst.isRefused();
    }

    /** Whether it ends the transaction before it with its first statement, and has others. */
    public boolean endsAndGoesOn() {
        Access.Kind opening = first.opening();
        return (opening == Access.Kind.COMMIT || opening == Access.Kind.ROLLBACK)
                && (executed > 1 || first.kind() != opening || !isComplete);
    }

    /** Whether it may open or close a transaction block, or start a COPY. */
    public boolean controls() {
        return controls;
    }

    /** Whether it may commit a transaction that was open before it. */
    public boolean mayCommit() {
        return mayCommit;
    }

    /** Whether it may change something that others can read. */
    public boolean mayWrite() {
        return mayWrite;
    }

    /** Whether it may create, alter or drop a function. */
    public boolean definesFunctions() {
        return definesFunctions;
    }

    /** Whether it only sets, resets or shows settings of its session. */
    public boolean isOfSettings() {
        return isOfSettings && isComplete;
    }

    /** Whether it runs at most one text. */
    public boolean isLone() {
        return executed <= 1;
    }

    /** Whether all of it had arrived when it was examined. */
    public boolean isComplete() {
        return isComplete;
    }
}
