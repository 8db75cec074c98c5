package dev.weir.config;

/** Whose names metrics have beside Weir's own. */
public enum MetricsCompat {
    NONE,
    /** Those of prometheus-community's pgbouncer_exporter. */
    PGBOUNCER
}
