package dev.weir.session;

/** Why a session keeps its server connection between transactions. */
public enum PinReason {
    LISTEN("it listens for notifications", "UNLISTEN *"),
    TEMPORARY_OBJECT("it has temporary objects", "DISCARD TEMP"),
    ADVISORY_LOCK("it holds an advisory lock of its session", "pg_advisory_unlock_all()"),
    HOLD_CURSOR("it has a cursor WITH HOLD", "CLOSE ALL"),
    SQL_PREPARE("it has a statement made by PREPARE", "DEALLOCATE ALL"),
    LOADED_LIBRARY("it loaded a library"),
    STARTUP("it has settings that only a new connection takes"),
    /** With {@code pin_sequences}. */
    SEQUENCE("it has used a sequence", "DISCARD SEQUENCES"),
    /** A replication slot or origin, a backup, a connection of dblink. */
    TAINTED("it may have what nothing takes away but the end of its connection"),
    /** Larger than Weir keeps. */
    UNNAMED_STATEMENT("its unnamed statement is too large to be kept", "another unnamed statement"),
    LARGE_STATEMENT("it has a prepared statement too large to be kept", "closing it"),
    /** Parsed after SET LOCAL or the like, in the same batch. */
    MOMENTARY_STATEMENT(
            "it has a prepared statement that only its connection knows how to read", "closing it"),
    /** There were Syncs in a COPY that failed: nobody can tell which answers are still to come. */
    UNCERTAIN_COPY("a COPY failed with Syncs inside"),
    /** The server could not answer what the session has left on its connection. */
    UNKNOWN_STATE("the state of its connection could not be read");

    private final String because;
    private final String release;

    PinReason(String because) {
        this(because, "the end of the session");
    }

    PinReason(String because, String release) {
        this.because = because;
        this.release = release;
    }

    /** The reason as the end of a sentence. */
    public String because() {
        return because;
    }

    /** What ends the pin, in a few words. */
    public String release() {
        return release;
    }
}
