package dev.weir.session;

/** What happens to the client's message at hand. */
enum Step {
    GOES,
    WAITS,
    /** It has been answered or dropped. */
    DONE
}
