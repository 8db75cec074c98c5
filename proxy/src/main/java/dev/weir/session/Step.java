package dev.weir.session;

/** What becomes of a client's message at hand. */
enum Step {
    GOES,
    WAITS,
    /** It has been dealt with. */
    DONE
}
