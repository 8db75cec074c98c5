package dev.weir.watch;

/**
 * The owner of figures.
 *
 * @param database empty = all databases together
 * @param node {@code host:port}; empty = the database as a whole
 */
public record Owner(String database, String node) {
    /** All databases together. */
    public static final Owner ALL = new Owner("", "");

    static Owner of(String database) {
        return new Owner(database, "");
    }

    public boolean isNode() {
        return !node.isEmpty();
    }
}
