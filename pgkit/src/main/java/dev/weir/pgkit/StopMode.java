package dev.weir.pgkit;

/** How PostgreSQL shuts down; "Shutting Down the Server" in its manual. */
public enum StopMode {
    /** Lets sessions end by themselves. */
    SMART("TERM"),
    /** Terminates sessions, then writes a checkpoint. */
    FAST("INT"),
    /** Just ends, and recovers at the next start. */
    IMMEDIATE("QUIT");

    private final String signal;

    StopMode(String signal) {
        this.signal = signal;
    }

    String signal() {
        return signal;
    }
}
