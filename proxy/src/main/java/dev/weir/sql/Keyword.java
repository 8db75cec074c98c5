package dev.weir.sql;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * The words that the classification distinguishes: key words, functions and schemas; all others are
 * {@link #NONE}.
 *
 * <p>A word is looked up by its first eight bytes as one folded long in an open hash table, with no
 * allocation.
 */
enum Keyword {
    NONE,
    ABORT,
    AGGREGATE,
    ALL,
    ALTER,
    ANALYSE,
    ANALYZE,
    AND,
    AS,
    ATOMIC,
    AUTHORIZATION,
    CALL,
    CASE,
    CHAIN,
    CHARACTERISTICS,
    CHECKPOINT,
    CLOSE,
    CLUSTER,
    COMMENT,
    COMMIT,
    COMMITTED,
    CONSTRAINTS,
    COPY,
    CREATE,
    DEALLOCATE,
    DECLARE,
    DEFAULT,
    DEFERRABLE,
    DELETE,
    DISCARD,
    DO,
    DROP,
    ELSE,
    END,
    EXECUTE,
    EXPLAIN,
    EXTENSION,
    FETCH,
    FOR,
    FROM,
    FUNCTION,
    GLOBAL,
    GRANT,
    GROUP,
    HOLD,
    IMPORT,
    INFORMATION_SCHEMA,
    ISOLATION,
    KEY,
    LEVEL,
    LISTEN,
    LOAD,
    LOCAL,
    LOCK,
    LOOP,
    MOVE,
    NAMES,
    NO,
    NOT,
    NOTIFY,
    ONLY,
    OPTION,
    OR,
    OWNED,
    POLICY,
    PREPARE,
    PREPARED,
    PROCEDURE,
    READ,
    REASSIGN,
    RECURSIVE,
    REFRESH,
    REINDEX,
    RELEASE,
    REPACK,
    REPEATABLE,
    REPLACE,
    RESET,
    REVOKE,
    ROLE,
    ROLLBACK,
    ROUTINE,
    RULE,
    SAVEPOINT,
    SCHEMA,
    SECURITY,
    SELECT,
    SEQUENCES,
    SERIALIZABLE,
    SESSION,
    SET,
    SHARE,
    SHOW,
    START,
    STDIN,
    STDOUT,
    SYSTEM,
    TABLE,
    TEMP,
    TEMPORARY,
    TEXT,
    THEN,
    TIME,
    TO,
    TRANSACTION,
    TRANSACTION_ISOLATION,
    TRANSACTION_READ_ONLY,
    TRUE,
    UESCAPE,
    UNCOMMITTED,
    UNLISTEN,
    UPDATE,
    USER,
    VACUUM,
    VALUES,
    VARCHAR,
    VERBOSE,
    VIEW,
    WEIR,
    WITH,
    WITHOUT,
    WORK,
    WRITE,
    XML,
    ZONE,
    /* From here on: those of isTelling. */
    BEGIN,
    INSERT,
    INTO,
    MERGE,
    SET_CONFIG,
    PG_SETTINGS,
    PG_ADVISORY_LOCK,
    PG_ADVISORY_LOCK_SHARED,
    PG_TRY_ADVISORY_LOCK,
    PG_TRY_ADVISORY_LOCK_SHARED,
    PG_ADVISORY_UNLOCK,
    PG_ADVISORY_UNLOCK_SHARED,
    PG_ADVISORY_UNLOCK_ALL,
    PG_TEMP,
    /** {@code pg_temp_3}: the schema of one backend, under its real name. */
    PG_TEMP_;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Folds A-Z to a-z; it also turns {@code _} into 0x7F, which no word contains, and leaves
     * digits and {@code $} alone.
     */
    private static final long FOLD = 0x2020_2020_2020_2020L;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    private static final int SLOTS_LOG2 = 9;
    private static final int SLOTS = 1 << SLOTS_LOG2;

    private static final long[] HEADS = new long[SLOTS];
    private static final Keyword[] WORDS = new Keyword[SLOTS];

    static {
        Arrays.fill(WORDS, NONE);
        for (Keyword word : values()) {
            if (word != NONE) {
                byte[] padded =
                        Arrays.copyOf(
                                word.text.getBytes(StandardCharsets.US_ASCII),
                                word.text.length() + Long.BYTES);
                long head = head(padded, 0, word.text.length());
                int slot = slot(head);
                while (HEADS[slot] != 0) {
                    slot = (slot + 1) & (SLOTS - 1);
                }
                HEADS[slot] = head;
                WORDS[slot] = word;
            }
        }
    }

    private final String text;

    Keyword() {
        text = name().toLowerCase(Locale.ROOT);
    }

    /**
     * The keyword that the word at {@code start} spells in any case. Eight bytes after the word
     * must be readable.
     */
    static Keyword of(byte[] bytes, int start, int length) {
        long head = head(bytes, start, length);
        for (int slot = slot(head); HEADS[slot] != 0; slot = (slot + 1) & (SLOTS - 1)) {
            if (HEADS[slot] == head && WORDS[slot].endsAs(bytes, start, length)) {
                return WORDS[slot];
            }
        }
        return NONE;
    }

    /** Whether the word matters anywhere in a statement, not only after certain others. */
    boolean isTelling() {
        return compareTo(BEGIN) >= 0;
    }

    /** Like {@link #of}, but exactly as written: in a quoted name, case matters. */
    static Keyword ofQuoted(byte[] bytes, int start, int length) {
        Keyword found = length <= 0 ? NONE : of(bytes, start, length);
        return found != NONE && found.beginsExactly(bytes, start) ? found : NONE;
    }

    private boolean beginsExactly(byte[] bytes, int start) {
        for (int i = 0; i < text.length(); i++) {
            if (bytes[start + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean endsAs(byte[] bytes, int start, int length) {
        if (this == PG_TEMP_) {
            return length > text.length() && isNumber(bytes, start + text.length(), start + length);
        }
        if (length != text.length()) {
            return false;
        }
        for (int i = Long.BYTES; i < length; i++) {
            if ((bytes[start + i] | 0x20) != (text.charAt(i) | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNumber(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private static long head(byte[] bytes, int start, int length) {
        long head = (long) LONGS.get(bytes, start) | FOLD;
        return length >= Long.BYTES ? head : head & (-1L >>> (Long.SIZE - Byte.SIZE * length));
    }

    private static int slot(long head) {
        return (int) ((head * SPREAD) >>> (Long.SIZE - SLOTS_LOG2));
    }
}
