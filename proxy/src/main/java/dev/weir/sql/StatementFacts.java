package dev.weir.sql;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one text means for the session that runs it: the union over its statements.
 *
 * <p>Those of a {@link Text} never change; those of a {@link Classifier} are overwritten by its
 * next use. A flag means that the text <em>may</em> do something; only the server can tell whether
 * it did. What a user's function or a prepared statement does is not known.
 */
public final class StatementFacts {
    /** BEGIN or START TRANSACTION. */
    public static final long BEGIN = 1L;

    /** COMMIT, END, ROLLBACK, ABORT or PREPARE TRANSACTION; not ROLLBACK TO. */
    public static final long TRANSACTION_END = 1L << 1;

    /** SAVEPOINT, RELEASE or ROLLBACK TO. */
    public static final long SAVEPOINT_CONTROL = 1L << 2;

    /** May change for the session what {@link #parameterNames()} names. */
    public static final long SETS_PARAMETERS = 1L << 3;

    /**
     * May change parameters of the session that the text does not name: all of them must be assumed
     * to have changed.
     */
    public static final long SETS_UNKNOWN_PARAMETERS = 1L << 4;

    /**
     * Sets a custom parameter ({@code a.b}) for the transaction: its placeholder, which is also
     * named, stays on the server as ''.
     */
    public static final long SETS_CUSTOM_LOCAL = 1L << 5;

    /** Sets something for the current transaction only. */
    public static final long SETS_LOCAL = 1L << 6;

    /** RESET, SET … TO DEFAULT or DISCARD ALL is among the changes of parameters. */
    public static final long RESETS_PARAMETERS = 1L << 7;

    /** DEALLOCATE of one statement. */
    public static final long DEALLOCATE_NAME = 1L << 8;

    public static final long DEALLOCATE_ALL = 1L << 9;

    public static final long DISCARD_ALL = 1L << 10;

    /** DISCARD PLANS, SEQUENCES or TEMP. */
    public static final long DISCARD_OTHER = 1L << 11;

    /** The SQL command PREPARE. The flags include what the prepared statement would do. */
    public static final long PREPARES = 1L << 12;

    /** The SQL command EXECUTE, which may do anything that was prepared. */
    public static final long EXECUTES = 1L << 13;

    public static final long LISTENS = 1L << 14;
    public static final long UNLISTENS = 1L << 15;

    /** May leave something in the session's temporary schema. */
    public static final long CREATES_TEMPORARY = 1L << 16;

    /** Any DROP: it may remove the last temporary object. */
    public static final long DROPS = 1L << 17;

    /** May take an advisory lock that outlives the transaction. */
    public static final long SESSION_LOCK = 1L << 18;

    public static final long SESSION_UNLOCK = 1L << 19;

    /** DECLARE … WITH HOLD. */
    public static final long HOLDS_CURSOR = 1L << 20;

    public static final long CLOSES_CURSOR = 1L << 21;

    /** LOAD of a library. */
    public static final long LOADS = 1L << 22;

    public static final long COPY_FROM_STDIN = 1L << 23;
    public static final long COPY_TO_STDOUT = 1L << 24;

    /** PREPARE TRANSACTION, COMMIT PREPARED or ROLLBACK PREPARED. */
    public static final long TWO_PHASE = 1L << 25;

    /** More than one statement. */
    public static final long MULTIPLE = 1L << 26;

    /** No statement: nothing but white space, comments and semicolons. */
    public static final long EMPTY = 1L << 27;

    /** The text ends inside a literal, a quoted name or a comment: PostgreSQL refuses all of it. */
    public static final long UNTERMINATED = 1L << 28;

    /** Longer than {@link Classifier#TEXT_BYTES_MAX}: nothing else is known. */
    public static final long TOO_LONG = 1L << 29;

    /** COMMIT or ROLLBACK … AND CHAIN: the transaction that ends is followed by another. */
    public static final long CHAINS = 1L << 30;

    /**
     * The body of a DO mentions DEALLOCATE or DISCARD: prepared statements may be gone from the
     * server.
     */
    public static final long DEALLOCATES_UNSEEN = 1L << 31;

    /**
     * May change one of the settings that decide what a Parse means and that every server reports.
     */
    public static final long MEANS_REPORTED = 1L << 32;

    /** May change {@code search_path}, which decides what a Parse means. */
    public static final long MEANS_PATH = 1L << 33;

    /** May change any setting that decides what a Parse means: see {@link IrrelevantSettings}. */
    public static final long MEANS_OTHER = 1L << 35;

    /** All flags of changes that may affect a later Parse. */
    public static final long MEANS = MEANS_REPORTED | MEANS_PATH | MEANS_OTHER;

    /** May change relations, functions or types in the catalog: CREATE, ALTER, DROP. */
    public static final long DEFINES = 1L << 36;

    /** DISCARD SEQUENCES; comes with {@link #DISCARD_OTHER}. */
    public static final long DISCARDS_SEQUENCES = 1L << 37;

    /** Words for the flags, by bit number. */
    private static final List<String> WORDS =
            List.of(
                    "begin",
                    "end",
                    "savepoint",
                    "set",
                    "set",
                    "set",
                    "set_local",
                    "reset",
                    "deallocate",
                    "deallocate",
                    "discard",
                    "discard",
                    "prepare",
                    "execute",
                    "listen",
                    "unlisten",
                    "temporary",
                    "drop",
                    "session_lock",
                    "session_unlock",
                    "hold_cursor",
                    "close_cursor",
                    "load",
                    "copy_in",
                    "copy_out",
                    "two_phase",
                    "multiple",
                    "empty",
                    "unterminated",
                    "too_long",
                    "chain",
                    "deallocate",
                    "set",
                    "set",
                    "set",
                    "set",
                    "define",
                    "discard");

    /** What may pin the session to its server connection. */
    public static final long PIN_CANDIDATES =
            LISTENS | CREATES_TEMPORARY | SESSION_LOCK | HOLDS_CURSOR | PREPARES | LOADS;

    /** What may unpin it. */
    public static final long PIN_RELEASES =
            UNLISTENS
                    | DROPS
                    | SESSION_UNLOCK
                    | CLOSES_CURSOR
                    | DEALLOCATE_NAME
                    | DEALLOCATE_ALL
                    | DISCARD_ALL
                    | DISCARD_OTHER;

    /** What may change parameters of the session, or leave a placeholder behind. */
    public static final long PARAMETER_CHANGES =
            SETS_PARAMETERS | SETS_UNKNOWN_PARAMETERS | SETS_CUSTOM_LOCAL | RESETS_PARAMETERS;

    /** It may change what the server cannot be asked about. */
    public static final long UNCERTAIN =
            SETS_UNKNOWN_PARAMETERS
                    | PREPARES
                    | EXECUTES
                    | UNTERMINATED
                    | TOO_LONG
                    | DEALLOCATES_UNSEEN;

    /** It may name what it sets in a string, or in an earlier statement. */
    static final long HINTED = SETS_UNKNOWN_PARAMETERS | PREPARES | EXECUTES;

    /** How many names are kept of one text; beyond that, all parameters count as changed. */
    static final int NAMES_MAX = 256;

    /** The facts of a single statement that leaves no trace in the session. */
    private static final StatementFacts PLAIN = constant(0, 1);

    private static final StatementFacts TOO_LONG_TEXT = constant(TOO_LONG, 0);
    private static final StatementFacts NO_TEXT = constant(0, 0);

    private final List<String> names = new ArrayList<>();
    private final List<String> namesView = Collections.unmodifiableList(names);
    private long flags;
    private int statements;
    private int namedStatements;
    private @Nullable String name;
    private int nameStart;
    private int nameEnd;

    private static StatementFacts constant(long flags, int statements) {
        var constant = new StatementFacts();
        constant.flags = flags;
        constant.statements = statements;
        return constant;
    }

    /** The facts of a text that did not arrive whole, or is too long to be read. */
    public static StatementFacts tooLong() {
        return TOO_LONG_TEXT;
    }

    /** The facts of a message that is too short to have a text. */
    public static StatementFacts none() {
        return NO_TEXT;
    }

    /** The facts of a single statement that leaves no trace in the session. */
    static StatementFacts plain() {
        return PLAIN;
    }

    /** Whether these are the facts of a single statement that leaves no trace in the session. */
    boolean isPlain() {
        return flags == 0 && statements == 1;
    }

    /** A copy that later uses of this object do not change. */
    StatementFacts copy() {
        if (isPlain()) {
            return PLAIN;
        }
        var copy = new StatementFacts();
        copy.flags = flags;
        copy.statements = statements;
        copy.namedStatements = namedStatements;
        copy.name = name;
        copy.nameStart = nameStart;
        copy.nameEnd = nameEnd;
        copy.names.addAll(names);
        return copy;
    }

    void clear() {
        flags = 0;
        statements = 0;
        namedStatements = 0;
        name = null;
        nameStart = 0;
        nameEnd = 0;
        if (!names.isEmpty()) {
            names.clear();
        }
    }

    /** Whether the text does anything but run statements that leave no trace in the session. */
    public boolean any() {
        return (flags & ~(MULTIPLE | EMPTY)) != 0;
    }

    /** Whether one of the flags in {@code mask} is set. */
    public boolean has(long mask) {
        return (flags & mask) != 0;
    }

    public long flags() {
        return flags;
    }

    /** The class of a text for display, such as {@code begin,set}; {@code plain} without flags. */
    public static String words(long flags) {
        Set<String> words = new LinkedHashSet<>();
        for (int bit = 0; bit < WORDS.size(); bit++) {
            if ((flags & 1L << bit) != 0) {
                words.add(WORDS.get(bit));
            }
        }
        return words.isEmpty() ? "plain" : String.join(",", words);
    }

    /**
     * The lower-cased names of the parameters that may change, each once, in the order of the text;
     * after them, if there may be others, those that {@link NameHints} finds. A view until the next
     * use.
     */
    public List<String> parameterNames() {
        return namesView;
    }

    /** Whether it changes parameters, and none but Weir's own, {@code weir.…}. */
    public boolean setsOnlyWeir() {
        if (names.isEmpty() || has(SETS_UNKNOWN_PARAMETERS)) {
            return false;
        }
        for (String parameter : names) {
            if (!parameter.startsWith("weir.")) {
                return false;
            }
        }
        return true;
    }

    /**
     * The prepared statement's name in the text's only PREPARE, EXECUTE or DEALLOCATE, folded and
     * truncated to 63 bytes as PostgreSQL does; null if there is none, if there are several, or if
     * it is written with Unicode escapes.
     */
    public @Nullable String name() {
        return namedStatements == 1 ? name : null;
    }

    /**
     * The start of the token of {@link #name()}, in bytes from the start of the text, including
     * quotes.
     */
    public int nameStart() {
        return nameStart;
    }

    public int nameEnd() {
        return nameEnd;
    }

    /** How many statements the text has; empty ones do not count. */
    public int statements() {
        return statements;
    }

    void add(long more) {
        flags |= (more & SETS_UNKNOWN_PARAMETERS) == 0 ? more : more | MEANS;
    }

    void addStatement() {
        if (++statements > 1) {
            flags |= MULTIPLE;
        }
    }

    void addParameter(String lowerCased, long more) {
        flags |= more;
        if (names.contains(lowerCased)) {
            return;
        }
        if (names.size() == NAMES_MAX) {
            add(SETS_UNKNOWN_PARAMETERS);
        } else {
            names.add(lowerCased);
        }
    }

    /** Adds a name that may be one of those meant by {@link #SETS_UNKNOWN_PARAMETERS}. */
    void addHint(String lowerCased) {
        if (names.size() < NAMES_MAX && !names.contains(lowerCased)) {
            names.add(lowerCased);
        }
    }

    void addName(@Nullable String folded, int start, int end) {
        namedStatements++;
        name = folded;
        nameStart = start;
        nameEnd = end;
    }

    @Override
    public String toString() {
        return "StatementFacts[flags=0x%x, statements=%d, parameters=%s, name=%s]"
                .formatted(flags, statements, names, name());
    }
}
