package dev.weir.config;

/** Which of several hosts of a database gets the next server connection. */
public enum LoadBalanceHosts {
    /** Each in turn. */
    ROUND_ROBIN,
    /** The same one until it fails. */
    DISABLE
}
