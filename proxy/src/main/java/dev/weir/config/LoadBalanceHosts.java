package dev.weir.config;

/** Which of several hosts of a database gets the next server connection. */
public enum LoadBalanceHosts {
    /** Each host in turn. */
    ROUND_ROBIN,
    /** The same host until it fails. */
    DISABLE
}
