package dev.weir.config;

/** What happens if the audit log is not written as fast as it fills: {@code audit_overflow}. */
public enum AuditOverflow {
    /** Records are dropped and counted. */
    DROP,
    /** The clients whose statements fill it are not read until there is room. */
    WAIT
}
