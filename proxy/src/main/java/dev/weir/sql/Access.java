package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a text needs from the node that runs it, so far as the text alone can tell. Immutable,
 * except that it remembers the last answer about its functions; confined to the loop of its {@link
 * Text}.
 */
public final class Access {
    /** What the text is. */
    public enum Kind {
        /** It only reads, unless one of its {@link #functions} does more. */
        READ,
        /** BEGIN or START TRANSACTION that does not say where to run. */
        BEGIN,
        /** BEGIN … READ ONLY that a standby can run. */
        BEGIN_READ_ONLY,
        /** SET TRANSACTION READ ONLY that a standby can run. */
        SET_READ_ONLY,
        /** SET or RESET of one of Weir's own settings, {@code weir.…}. */
        SET_WEIR,
        /** SHOW of one of Weir's own settings. */
        SHOW_WEIR,
        /** COMMIT or END, with no transaction after it. */
        COMMIT,
        /** ROLLBACK or ABORT, with no transaction after it. */
        ROLLBACK,
        /** Only white space and comments. */
        EMPTY,
        /** Anything else: {@link #veto} tells why it is not a read. */
        OTHER
    }

    /** Why a text is not a read. */
    public enum Veto {
        NONE,
        COMMAND,
        INTO,
        LOCKS_ROWS,
        MODIFIES,
        DENIED_FUNCTION,
        NODE_FUNCTION,
        CATALOG,
        TRANSACTION_MODE,
        UNCLEAR,
        TOO_LONG,
        REFUSED_BEFORE
    }

    /** Where the author of a text wants it to run: {@code /* weir: route=replica *}{@code /}. */
    public enum Hint {
        NONE,
        PRIMARY,
        REPLICA;

        private static final int BYTES_MAX = 40;

        /** What a comment asks for; its words begin at {@code at}. */
        static Hint of(byte[] text, int at) {
            int length = Math.min(BYTES_MAX, text.length - at);
            String words = new String(text, at, length, StandardCharsets.US_ASCII);
            words = words.replace(" ", "").toLowerCase(Locale.ROOT);
            if (words.startsWith("route=replica")) {
                return REPLICA;
            }
            return words.startsWith("route=primary") ? PRIMARY : NONE;
        }
    }

    /** It has a statement that reads. */
    public static final int READS = 1;

    /** It has a statement that changes rows, or may: a DO block or procedure may do anything. */
    public static final int WRITES = 1 << 1;

    /** It has a statement that defines, alters or drops an object. */
    public static final int DEFINES = 1 << 2;

    /** It has a statement about roles, their members or their privileges. */
    public static final int GRANTS = 1 << 3;

    /** It has a statement that maintains the server: VACUUM, CHECKPOINT, ALTER SYSTEM, … */
    public static final int MAINTAINS = 1 << 4;

    /** What a text that has not been read may have. */
    static final int ANYTHING = READS | WRITES | DEFINES | GRANTS | MAINTAINS;

    /** A text with more names is assumed to have every name. */
    static final int NAMES_MAX = 256;

    private static final int[] NO_NAMES = {};

    static final Access PLAIN_READ =
            new Access(Kind.READ, Veto.NONE, "", false, Hint.NONE, null).doing(READS);

    /** A text that is too long to be examined, or has not arrived as a whole. */
    public static final Access TOO_LONG =
            new Access(Kind.OTHER, Veto.TOO_LONG, "", false, Hint.NONE, null)
                    .controlling()
                    .committing()
                    .doing(ANYTHING);

    /** A text about which nothing is certain. */
    public static final Access UNCLEAR =
            new Access(Kind.OTHER, Veto.UNCLEAR, "", false, Hint.NONE, null)
                    .controlling()
                    .doing(ANYTHING);

    private final Kind kind;
    private final Veto veto;
    private final String token;
    private final boolean denied;
    private final Hint hint;
    private final String @Nullable [] functions;
    private @Nullable String setting;
    private @Nullable String value;
    private boolean controls;
    private boolean commits;
    private boolean keeps;
    private boolean definesFunctions;
    private Kind opening;
    private int deeds;

    /** All names and operators in a read, whatever they name; see {@link StateTally#collected}. */
    private int[] names = NO_NAMES;

    /** The functions that were last asked, and their answer: the name that forbids it, or "". */
    private @Nullable Functions asked;

    private String forbidden = "";

    /** The name of something that no standby has; empty if there is none. */
    private String missing = "";

    Access(
            Kind kind,
            Veto veto,
            String token,
            boolean denied,
            Hint hint,
            String @Nullable [] functions) {
        this.kind = kind;
        this.opening = kind;
        this.veto = veto;
        this.token = token;
        this.denied = denied;
        this.hint = hint;
        this.functions = functions;
    }

    /** SET, RESET (null as value) or SHOW of {@code weir.name}. */
    static Access weir(Kind kind, String name, @Nullable String value) {
        var access =
                new Access(kind, Veto.COMMAND, "weir." + name, false, Hint.NONE, null).keeping();
        access.setting = name;
        access.value = value;
        return access;
    }

    /** Notes that the text may begin or end a transaction, or begin a COPY. */
    Access controlling() {
        controls = true;
        return this;
    }

    /** Notes what the first statement of the text is. */
    Access beginningWith(Kind first) {
        if (opening != first) {
            opening = first;
        }
        return this;
    }

    /** Notes that the text may commit a transaction that was already open. */
    Access committing() {
        commits = true;
        return this;
    }

    /** Whether the text does nothing but set, reset or show settings of its session. */
    public boolean isOfSettings() {
        return veto == Veto.COMMAND
                && keeps
                && !controls
                && !commits
                && (setting != null
                        || token.equalsIgnoreCase("set")
                        || token.equalsIgnoreCase("reset")
                        || token.equalsIgnoreCase("show"));
    }

    /** Notes that the text changes nothing that other sessions can read. */
    Access keeping() {
        keeps = true;
        return this;
    }

    /** Notes which kinds of statements the text has. */
    Access doing(int found) {
        deeds = found;
        return this;
    }

    /** Notes the names in a read. */
    void naming(int[] found) {
        names = found.length > NAMES_MAX ? Arrays.copyOf(found, NAMES_MAX + 1) : found;
    }

    /** Notes that the text may create, alter or drop a function, or what calls one when read. */
    void definingFunctions() {
        definesFunctions = true;
    }

    /** The same text, now that a standby has refused it. */
    public Access refused() {
        var refused = new Access(Kind.OTHER, Veto.REFUSED_BEFORE, token, denied, hint, null);
        refused.opening = opening;
        refused.controls = controls;
        refused.commits = commits;
        refused.deeds = deeds;
        return refused;
    }

    public Kind kind() {
        return kind;
    }

    /** What its first statement is. */
    public Kind opening() {
        return opening;
    }

    /** Why it is not a read; {@link Veto#NONE} if it is one. */
    public Veto veto() {
        return veto;
    }

    /** The word that decided, as the text spells it; empty if none did. */
    public String token() {
        return token;
    }

    /**
     * Whether a standby would run it without the intended effect: advisory locks, statistics,
     * session state. Also in a READ ONLY transaction.
     */
    public boolean isDenied(@Nullable Functions known) {
        return denied || !denied(known).isEmpty();
    }

    /** Whether a standby will refuse it, though a primary may not. */
    public boolean isRefused() {
        return veto == Veto.REFUSED_BEFORE || veto == Veto.TRANSACTION_MODE;
    }

    /**
     * Whether it has commands that begin or end transactions, or that may take a COPY from the
     * client. Only the server can tell what state the connection is in afterwards.
     */
    public boolean controls() {
        return controls;
    }

    /** Whether it may commit a transaction that was already open, and perhaps begin another one. */
    public boolean mayCommit() {
        return commits;
    }

    /** Whether it may change what other sessions can read, given what is known of its functions. */
    public boolean mayWrite(@Nullable Functions known) {
        return !keeps && !isRead(known);
    }

    /**
     * Whether it may create, alter or drop a function, or a relation that calls one when it is
     * read. What is known about functions is then out of date.
     */
    public boolean definesFunctions() {
        return definesFunctions;
    }

    /**
     * Whether it may do more than it shows: it calls functions, or is a command. Triggers of what
     * it modifies do not count.
     */
    public boolean mayHide() {
        return switch (kind) {
            case READ -> functions != null;
            case OTHER -> veto != Veto.MODIFIES && veto != Veto.LOCKS_ROWS && veto != Veto.INTO;
            default -> false;
        };
    }

    /**
     * Which kinds of statements it has: any of {@link #READS}, {@link #WRITES}, {@link #DEFINES},
     * {@link #GRANTS} and {@link #MAINTAINS}; none if all of them are about the session or the
     * transaction. What functions do is left out, except for built-in ones that a standby would
     * refuse.
     */
    public int deeds() {
        return deeds;
    }

    public Hint hint() {
        return hint;
    }

    /** The setting's name after {@code weir.}; null unless the text sets or shows one. */
    public @Nullable String setting() {
        return setting;
    }

    /** What the setting is set to; null stands for its default. */
    public @Nullable String value() {
        return value;
    }

    /**
     * Whether it is a read, given what is known about the functions it calls. While nothing is
     * known, any relation may be a view that calls one.
     *
     * @param known null if nothing is known about any function
     */
    public boolean isRead(@Nullable Functions known) {
        return kind == Kind.READ
                && (known == null
                        ? functions == null && names.length == 0
                        : forbidden(known).isEmpty());
    }

    /**
     * The first function that keeps it from being a read, or the first relation that calls such a
     * function; empty if there is none.
     */
    public String forbidden(@Nullable Functions known) {
        if (known == null) {
            return functions == null ? "" : functions[0];
        } else if (functions == null && names.length == 0) {
            return "";
        } else if (known != asked) {
            String function = forbiddenFunction(known);
            forbidden = function.isEmpty() ? known.forbidden(names) : function;
            missing = known.missing(names);
            asked = known;
        }
        return forbidden;
    }

    /**
     * What keeps a standby from running it, even in a READ ONLY transaction: the word that decides,
     * or the first name of something that no standby has or that has no effect there. Empty if
     * nothing is known to do so.
     */
    public String denied(@Nullable Functions known) {
        if (denied) {
            return token;
        } else if (known == null || names.length == 0) {
            return "";
        }
        forbidden(known);
        return missing;
    }

    private String forbiddenFunction(Functions known) {
        if (functions != null) {
            for (String name : functions) {
                if (!known.mayRead(name)) {
                    return name;
                }
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return kind + (veto == Veto.NONE ? "" : " " + veto + " " + token);
    }
}
