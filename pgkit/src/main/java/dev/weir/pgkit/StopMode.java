package dev.weir.pgkit;

/** The shutdown modes of PostgreSQL; see "Shutting Down the Server" in its manual. */
public enum StopMode {
    /** Lets sessions end on their own. */
    SMART("TERM"),
    /** Terminates sessions, then writes a checkpoint. */
    FAST("INT"),
    /** Ends immediately, and recovers at the next start. */
    IMMEDIATE("QUIT");

    private final String signal;

    StopMode(String signal) {
        this.signal = signal;
    }

    String signal() {
        return signal;
    }
}
