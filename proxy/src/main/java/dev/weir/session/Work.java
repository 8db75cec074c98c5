package dev.weir.session;

import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import dev.weir.sql.StateEffects;
import dev.weir.sql.StatementFacts;
import org.jspecify.annotations.Nullable;

/**
 * What a batch does to its transaction, so far as its texts tell: what may last, and what may run
 * twice. Filled by one call for each text.
 */
final class Work {
    /** Nothing is known of what was sent. */
    static final Work UNKNOWN = new Work(false, null);

    /** The facts that make a text anything but a plain statement. */
    private static final long STRANGE =
            StatementFacts.MULTIPLE
                    | StatementFacts.TOO_LONG
                    | StatementFacts.UNTERMINATED
                    | StatementFacts.EMPTY
                    | StatementFacts.TRANSACTION_END
                    | StatementFacts.SAVEPOINT_CONTROL
                    | StatementFacts.TWO_PHASE
                    | StatementFacts.COPY_FROM_STDIN
                    | StatementFacts.PREPARES
                    | StatementFacts.EXECUTES
                    | StatementFacts.PIN_CANDIDATES
                    | StatementFacts.PARAMETER_CHANGES;

    private final boolean isKnown;
    private final @Nullable Functions functions;
    private int runs;
    private int plain;
    private boolean begins;
    private boolean ended;
    private boolean rollsBack;
    private boolean endsAll;
    private boolean commits;
    private boolean writes;
    private boolean isLocal = true;
    private boolean isOutside;

    Work() {
        this(null);
    }

    /**
     * Nothing yet.
     *
     * @param functions the functions and views of the database that write; null if not known
     */
    Work(@Nullable Functions functions) {
        this(true, functions);
    }

    private Work(boolean isKnown, @Nullable Functions functions) {
        this.isKnown = isKnown;
        this.functions = functions;
    }

    /**
     * Adds a text that the batch runs.
     *
     * @param flags of its {@link StatementFacts}
     * @param effects what it may leave or reach, as {@link StateEffects}, judged by the catalog;
     *     negative if the catalog is not known
     */
    void add(long flags, Access access, int effects) {
        boolean isOne = (flags & (StatementFacts.MULTIPLE | StatementFacts.TOO_LONG)) == 0;
        boolean isEnd = (flags & StatementFacts.TRANSACTION_END) != 0;
        boolean isBegin = isOne && (flags & StatementFacts.BEGIN) != 0;
        commits |=
                ended // what follows the end of a transaction commits by itself
                        || access.mayCommit()
                        || isEnd && !isOne
                        || (flags & (StatementFacts.TWO_PHASE | StatementFacts.TOO_LONG)) != 0;
        ended |= isEnd;
        endsAll = isOne && isEnd && isEndKind(access.kind());
        rollsBack = isOne && access.kind() == Access.Kind.ROLLBACK;
        if (runs++ == 0 && isBegin) {
            begins = true;
            plain++;
            return;
        }
        plain += isOnePlain(flags, access) ? 1 : 0;
        writes |= access.mayWrite(functions);
        isLocal &= effects >= 0 && (effects & ~StateEffects.SEQUENCES) == 0;
        isOutside |= effects > 0 && (effects & (StateEffects.SESSION | StateEffects.TAINTS)) != 0;
    }

    private static boolean isEndKind(Access.Kind kind) {
        return kind == Access.Kind.COMMIT || kind == Access.Kind.ROLLBACK;
    }

    /** Adds something whose text is not known. */
    void addUnknown() {
        add(StatementFacts.TOO_LONG, Access.TOO_LONG, -1);
    }

    /** Whether a text is one statement that reads or changes rows and cannot commit by itself. */
    private static boolean isOnePlain(long flags, Access access) {
        if ((flags & (STRANGE | StatementFacts.BEGIN)) != 0) {
            return false;
        }
        return switch (access.veto()) {
            case NONE -> access.kind() == Access.Kind.READ;
            case MODIFIES, LOCKS_ROWS, INTO, DENIED_FUNCTION, NODE_FUNCTION, CATALOG -> true;
            case REFUSED_BEFORE -> access.opening() == Access.Kind.READ;
            case COMMAND, TRANSACTION_MODE, UNCLEAR, TOO_LONG -> false;
        };
    }

    boolean isKnown() {
        return isKnown;
    }

    /** How many texts it runs. */
    int count() {
        return runs;
    }

    /** Whether each of its statements reads or changes rows, perhaps after a BEGIN. */
    boolean isPlain() {
        return isKnown && plain == runs;
    }

    /** Whether it begins a block with its first statement. */
    boolean begins() {
        return begins;
    }

    boolean isLoneBegin() {
        return begins && runs == 1;
    }

    boolean isLoneRollback() {
        return rollsBack && runs == 1;
    }

    /** Whether it is one ROLLBACK or COMMIT, and nothing after it. */
    boolean isLoneEnd() {
        return endsAll && runs == 1;
    }

    /** Whether it may commit something that ran in a block, however the block ends. */
    boolean commits() {
        return commits;
    }

    /** Whether it may change what others can read. */
    boolean writes() {
        return writes;
    }

    /** Whether it is known to reach nothing but tables of the database itself. */
    boolean isLocal() {
        return isLocal;
    }

    /** Whether it is known to be able to reach something else, such as a foreign table. */
    boolean isOutside() {
        return isOutside;
    }
}
