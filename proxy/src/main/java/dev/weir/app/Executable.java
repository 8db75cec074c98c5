package dev.weir.app;

/** A command whose options and arguments have been read. */
interface Executable {
    /** Carries it out; returns the exit status. */
    int execute() throws InterruptedException;
}
