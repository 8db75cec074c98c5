package dev.weir.config;

/** What the audit log has records of: {@code audit}. */
public enum AuditClass {
    CONNECTION,
    DDL,
    WRITE,
    READ,
    ADMIN,
    ROLE
}
