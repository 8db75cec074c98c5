package dev.weir.pool;

/**
 * Whether a client may have changed settings of a server connection that Weir is not told of, as by
 * a function that calls {@code set_config}. Until it is wiped, what is parsed there may mean
 * something else than it does elsewhere.
 */
public enum UnseenChanges {
    NONE,

    /** Nobody knows: the catalog was not read then, or is not asked. */
    POSSIBLE,

    /** Something that has run may have done so, by the catalog. */
    LIKELY
}
