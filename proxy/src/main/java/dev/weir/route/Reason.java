package dev.weir.route;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Why a transaction ran where it did: the one table, for the console, notices and the manual. */
public enum Reason {
    // --- on a replica
    READ_ONLY_TRANSACTION(true, "The transaction says that it is READ ONLY."),
    READ_ONLY_SESSION(true, "The session has default_transaction_read_only on."),
    READ(true, "The statement is outside a transaction block and only reads (route=auto)."),
    HINT_REPLICA(true, "A comment /* weir: route=replica */ asks for it."),
    SETTING_REPLICA(true, "route=replica is set, for the database or by SET weir.route."),
    SETTINGS(true, "It is about settings only, and the primary does not answer."),
    WAITED(true, "It waited, at most causal_wait, until a replica had replayed what it must see."),
    LEAST_LAG(true, "No replica may be read, so the least delayed one is (no_replica=least_lag)."),

    // --- on the primary, by what it is
    MAY_WRITE(
            false,
            "Nothing says that it only reads.",
            "BEGIN READ ONLY says that it only reads; with route=auto single statements need not."),
    NOT_A_READ(false, "The statement is not one that only reads."),
    WRITES(false, "The statement writes: INSERT, UPDATE, DELETE, MERGE, INTO or a row lock."),
    DENIED(
            false,
            "It reaches a function that has no effect on a standby, or a relation that none has."),
    OF_A_NODE(false, "Its answer depends on which server gives it."),
    CATALOG(false, "It reads system catalogs."),
    FUNCTION(
            false,
            "It calls a function that is volatile or unknown, or reads a view that calls one.",
            "Declare the function STABLE or IMMUTABLE if it is."),
    CATALOG_UNKNOWN(
            false,
            "It is not known, or not yet, which functions and views of the database write.",
            "The log says why (functions_unknown)."),
    UNCLEAR(false, "Weir cannot be certain what it does."),
    TOO_LONG(
            false,
            "It is longer than 64 kB, or did not arrive in one piece.",
            "BEGIN READ ONLY, or a shorter text."),
    REFUSED_BEFORE(false, "A replica has refused the same text before."),
    HINT_PRIMARY(false, "A comment /* weir: route=primary */ asks for it."),
    SETTING_PRIMARY(false, "route=primary is set, for the database or by SET weir.route."),
    SESSION_MODE(
            false,
            "In session mode a client keeps one server connection.",
            "Set pool_mode to transaction, or route=replica."),
    SERIALIZABLE(
            false,
            "A standby cannot run SERIALIZABLE transactions.",
            "REPEATABLE READ runs on replicas."),

    // --- on the primary, although a replica could have run it
    PINNED(
            false,
            "The session has state on its server connection (see SHOW PINS).",
            "What pins it must be given up first, or the session end."),
    OWN_WRITE(
            false,
            "No replica is known to have replayed what it must see.",
            "causal_wait lets the read wait a few milliseconds for a replica."),
    WRITE_IN_FLIGHT(
            false,
            "A commit that it must see is in progress, or its LSN is not known.",
            "causal_wait lets the read wait; causal_reads = session waits for its own commits"
                    + " only."),
    MONOTONIC(
            false,
            "No replica is known to have replayed as much as the one that was read before.",
            "causal_wait lets the read wait a few milliseconds for a replica."),
    NO_REPLICA(
            false,
            "No replica may be read (see SHOW NODES).",
            "SHOW NODES on the console says why; no_replica chooses what happens then."),
    REFUSED(
            false,
            "A replica refused it, so it was run again, once.",
            "If that happens often: a function that is not what it is declared, DDL, or"
                    + " max_standby_streaming_delay.");

    private final boolean onReplica;
    private final String sentence;
    private final @Nullable String remedy;

    Reason(boolean onReplica, String sentence) {
        this(onReplica, sentence, null);
    }

    Reason(boolean onReplica, String sentence, @Nullable String remedy) {
        this.onReplica = onReplica;
        this.sentence = sentence;
        this.remedy = remedy;
    }

    public boolean isOnReplica() {
        return onReplica;
    }

    /** Whether a replica would do but was not available: it counts as a read of the primary. */
    public boolean isByNecessity() {
        return compareTo(PINNED) >= 0;
    }

    /** Its name for users, such as {@code own_write}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it means, as a sentence for users. */
    public String sentence() {
        return sentence;
    }

    /** What helps if a replica was wanted, as a sentence for users; null if nothing does. */
    public @Nullable String remedy() {
        return remedy;
    }
}
