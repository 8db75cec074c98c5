package dev.weir.error;

/**
 * Why a connection ends, where nobody is told an error: what the log says behind {@code closing
 * because}. In PgBouncer's words where it has some.
 */
public enum EndReason {
    CLIENT_EOF(
            Side.CLIENT,
            "client unexpected eof",
            "The client has closed its connection, or lost it, and took no leave."),
    CLIENT_TERMINATE(Side.CLIENT, "client close request", "The client took its leave."),
    SERVER_CRASHED(
            Side.BOTH,
            "server conn crashed?",
            "The server has closed the connection and said nothing, or was not to be understood any"
                    + " more. The client ends with it if it may miss something."),

    SERVER_ENDS(
            Side.SERVER,
            "server said it ends",
            "The server said why: pg_terminate_backend, a shutdown, a timeout of its own."),
    LIFETIME_OVER(Side.SERVER, "server lifetime over", "`server_lifetime`."),
    IDLE_TIMEOUT(Side.SERVER, "server idle timeout", "`server_idle_timeout`."),
    CLOSE_NEEDED(
            Side.SERVER,
            "obsolete connection",
            "It was in use when it had to be replaced, by RECONNECT, RELOAD, or for something on it"
                    + " that cannot be taken back."),
    EVICTED(Side.SERVER, "evicted", "A limit is reached, and another pool needs the connection."),
    PAUSED(Side.SERVER, "pause mode", "PAUSE, DISABLE or a hold: idle connections end."),
    SHUTTING_DOWN(Side.SERVER, "shutting down", "The process ends."),
    CONFIG_CHANGED(
            Side.SERVER,
            "database configuration changed",
            "RELOAD has found another entry of the database, or RECONNECT replaces it."),
    DATABASE_REMOVED(
            Side.SERVER, "database removed", "RELOAD has found no entry of the database, or KILL."),
    ADDRESS_CHANGED(
            Side.SERVER,
            "server address changed",
            "The host's name has other addresses, or the node is not the primary any more."),
    TOO_MANY(
            Side.SERVER,
            "too many servers in the pool",
            "`pool_size` and `reserve_pool_size` are smaller than they were."),
    UNCLEAN(Side.SERVER, "unclean", "It was given back in the middle of something."),
    NO_MEMORY(
            Side.SERVER,
            "out of memory for buffers",
            "There was no direct memory for a query of Weir's own on it."),
    UNFINISHED(
            Side.SERVER,
            "client disconnect while server was not ready",
            "The client is gone, and what it had begun cannot be ended."),
    LEFT_QUERY(
            Side.SERVER,
            "client disconnected with query in progress",
            "The client is gone, and `query_timeout` is over."),
    LEFT_BEHIND(
            Side.SERVER,
            "its client left something behind",
            "The client is gone, and no wipe takes away what it may have left."),
    NOT_WIPED(
            Side.SERVER,
            "it could not be wiped",
            "What clients may leave could not be taken away (DISCARD ALL failed)."),
    SETTINGS_STAY(
            Side.SERVER,
            "var change failed",
            "The server has refused the parameters of the client that was to get it."),
    CUSTOM_SETTINGS_STAY(
            Side.SERVER,
            "its custom settings cannot be taken back",
            "`custom_settings = strict`: another client must not find them."),
    LOGIN_SETTINGS_STAY(
            Side.SERVER,
            "what its login has set cannot be set again",
            "A login trigger or `ALTER ROLE` has set what DISCARD ALL would lose."),
    OTHER_STARTUP_PARAMETERS(
            Side.SERVER,
            "it was opened with other startup parameters",
            "`startup_parameters = strict`: its place is needed for a client with others."),
    DEDICATED(
            Side.SERVER,
            "opened for one client",
            "It had startup parameters that only its client has."),
    CLIENT_GONE(Side.SERVER, "its client is gone", "It was opened for that client alone."),
    OTHER_SHARD_WAITS(
            Side.SERVER,
            "another shard has waiters",
            "Clients on another loop wait, and the pool may have no more connections."),
    OTHER_SHARD_STARVES(
            Side.SERVER,
            "another shard has less than its share",
            "The loop has more than its share of the pool, and another one needs some."),
    AUTH_QUERY_TIMEOUT(
            Side.SERVER, "auth_query_timeout", "`auth_query` had no answer in that time."),
    CANNOT_LISTEN(
            Side.SERVER,
            "it cannot listen",
            "The server has refused LISTEN for the clients of a pool."),
    NOBODY_LISTENS(Side.SERVER, "nobody listens", "The last client of the pool has unlistened.");

    /** Whose connection ends. */
    public enum Side {
        CLIENT,
        SERVER,
        BOTH
    }

    private final Side side;
    private final String words;
    private final String meaning;

    EndReason(Side side, String words, String meaning) {
        this.side = side;
        this.words = words;
        this.meaning = meaning;
    }

    public Side side() {
        return side;
    }

    /** What the log says. */
    public String words() {
        return words;
    }

    /** A sentence for the manual. */
    public String meaning() {
        return meaning;
    }
}
