package dev.weir.session;

/** Why a session keeps its server connection between transactions. */
public enum PinReason {
    LISTEN("it listens for notifications"),
    TEMPORARY_OBJECT("it has temporary objects"),
    ADVISORY_LOCK("it holds an advisory lock of its session"),
    HOLD_CURSOR("it has a cursor WITH HOLD"),
    SQL_PREPARE("it has a statement made by PREPARE"),
    LOADED_LIBRARY("it loaded a library"),
    STARTUP("it has settings that only a new connection takes"),
    /** With {@code pin_sequences}. */
    SEQUENCE("it has used a sequence"),
    /** A replication slot or origin, a backup, a connection of dblink. */
    TAINTED("it may have what nothing takes away but the end of its connection"),
    /** Larger than Weir keeps for a client. */
    UNNAMED_STATEMENT("its unnamed statement is too large to be kept"),
    LARGE_STATEMENT("it has a prepared statement too large to be kept"),
    /** Parsed behind SET LOCAL or the like, in the same batch. */
    MOMENTARY_STATEMENT("it has a prepared statement that only its connection knows how to read"),
    /** Syncs stood inside a COPY that failed: nobody can tell what the server still owes. */
    UNCERTAIN_COPY("a COPY failed with Syncs inside"),
    /** The question what the session left on its connection could not be answered. */
    UNKNOWN_STATE("the state of its connection could not be read");

    private final String because;

    PinReason(String because) {
        this.because = because;
    }

    /** The reason as the end of a sentence. */
    public String because() {
        return because;
    }
}
