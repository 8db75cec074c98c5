package dev.weir.sim;

/** Something that can make the next step whenever it is ready. */
abstract class Source {
    static final int NOWHERE = -1;

    /** Its place among those that are ready; kept by {@link Schedule}. */
    int slot = NOWHERE;

    /** Makes one step; called when it is ready and was chosen. */
    abstract void step();

    /** What distinguishes it in the trace: the same in every run of a seed. */
    abstract int code();
}
