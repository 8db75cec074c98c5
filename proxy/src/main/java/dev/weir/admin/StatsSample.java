package dev.weir.admin;

import dev.weir.metrics.Readings;
import java.util.Map;

/**
 * How the meters of all databases stood at one moment.
 *
 * @param nanos the moment
 * @param readings by database, in the order in which they are shown
 */
record StatsSample(long nanos, Map<String, Readings> readings) {
    /** What one database has done since an older sample. */
    Interval since(StatsSample older, String database) {
        return new Interval(older.of(database), of(database), nanos - older.nanos);
    }

    /** What all databases together have done since an older sample. */
    Interval since(StatsSample older) {
        return new Interval(older.all(), all(), nanos - older.nanos);
    }

    private Readings of(String database) {
        return readings.getOrDefault(database, Readings.ZERO);
    }

    private Readings all() {
        return Readings.sum(readings.values());
    }
}
