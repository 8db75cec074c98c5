package dev.weir.statements;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import java.time.Duration;

/**
 * What is kept, and what is logged.
 *
 * @param max how many statements a loop keeps; 0 = none
 * @param slowNanos the time from which a statement is logged; -1 = none is
 * @param sample one in this many slow statements is logged; at least 1
 */
record Bounds(int max, long slowNanos, int sample) {
    static Bounds of(Config config) {
        Duration slow = config.get(Settings.LOG_MIN_DURATION);
        return new Bounds(
                config.get(Settings.STATEMENTS_MAX),
                slow.isNegative() ? -1 : slow.toNanos(),
                config.get(Settings.LOG_DURATION_SAMPLE));
    }

    /** Whether no observer is needed. */
    boolean areOff() {
        return max == 0 && slowNanos < 0;
    }
}
