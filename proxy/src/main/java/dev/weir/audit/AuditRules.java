package dev.weir.audit;

import dev.weir.config.AuditClass;
import dev.weir.config.AuditOverflow;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.sql.Access;
import java.util.Set;

/**
 * What is recorded, and what records contain.
 *
 * @param deeds which statements, as in {@link Access#deeds}
 * @param queueBytes how many bytes may wait to be written
 * @param waits whether clients wait for room
 * @param hasLiterals whether statements keep their constants
 */
record AuditRules(
        Set<AuditClass> classes, int deeds, long queueBytes, boolean waits, boolean hasLiterals) {
    static AuditRules of(Config config) {
        Set<AuditClass> classes = config.get(Settings.AUDIT);
        int deeds = 0;
        for (AuditClass one : classes) {
            deeds |= deeds(one);
        }
        return new AuditRules(
                classes,
                deeds,
                config.get(Settings.AUDIT_QUEUE),
                config.get(Settings.AUDIT_OVERFLOW) == AuditOverflow.WAIT,
                config.get(Settings.AUDIT_LITERALS));
    }

    static int deeds(AuditClass of) {
        return switch (of) {
            case CONNECTION -> 0;
            case DDL -> Access.DEFINES;
            case WRITE -> Access.WRITES;
            case READ -> Access.READS;
            case ADMIN -> Access.MAINTAINS;
            case ROLE -> Access.GRANTS;
        };
    }
}
