package dev.weir.route;

import java.util.Locale;

/** Why a transaction ran where it did: the one table, for the console, notices and the manual. */
public enum Reason {
    // --- on a replica
    READ_ONLY_TRANSACTION(true, "The transaction says that it is READ ONLY."),
    READ_ONLY_SESSION(true, "The session has default_transaction_read_only on."),
    READ(true, "The statement is outside a transaction block and only reads (route=auto)."),
    HINT_REPLICA(true, "A comment /* weir: route=replica */ asks for it."),
    SETTING_REPLICA(true, "route=replica is set, for the database or by SET weir.route."),
    WAITED(true, "It waited, at most causal_wait, until a replica had replayed what it must see."),
    LEAST_LAG(true, "No replica may be read, so the least delayed one is (no_replica=least_lag)."),

    // --- on the primary, by what it is
    MAY_WRITE(false, "Nothing says that it only reads."),
    NOT_A_READ(false, "The statement is not one that only reads."),
    WRITES(false, "The statement writes: INSERT, UPDATE, DELETE, MERGE, INTO or a row lock."),
    DENIED(
            false,
            "It reaches a function that has no effect on a standby, or a relation that none has."),
    OF_A_NODE(false, "Its answer depends on which server gives it."),
    CATALOG(false, "It reads system catalogs."),
    FUNCTION(
            false,
            "It calls a function that is volatile or unknown, or reads a view that calls one."),
    CATALOG_UNKNOWN(
            false, "It is not known, or not yet, which functions and views of the database write."),
    UNCLEAR(false, "Weir cannot be certain what it does."),
    TOO_LONG(false, "It is longer than 64 kB, or did not arrive in one piece."),
    REFUSED_BEFORE(false, "A replica has refused the same text before."),
    HINT_PRIMARY(false, "A comment /* weir: route=primary */ asks for it."),
    SETTING_PRIMARY(false, "route=primary is set, for the database or by SET weir.route."),
    SESSION_MODE(false, "In session mode a client keeps one server connection."),
    SERIALIZABLE(false, "A standby cannot run SERIALIZABLE transactions."),

    // --- on the primary, although a replica could have run it
    PINNED(false, "The session has state on its server connection (see SHOW PINS)."),
    OWN_WRITE(false, "No replica is known to have replayed what it must see."),
    WRITE_IN_FLIGHT(false, "A commit that it must see is in progress, or its LSN is not known."),
    MONOTONIC(
            false, "No replica is known to have replayed as much as the one that was read before."),
    NO_REPLICA(false, "No replica may be read (see SHOW NODES)."),
    REFUSED(false, "A replica refused it, so it was run again, once.");

    private final boolean onReplica;
    private final String sentence;

    Reason(boolean onReplica, String sentence) {
        this.onReplica = onReplica;
        this.sentence = sentence;
    }

    public boolean isOnReplica() {
        return onReplica;
    }

    /**
     * Whether a replica would have done, but none could be had: it counts as a read of the primary.
     */
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
}
