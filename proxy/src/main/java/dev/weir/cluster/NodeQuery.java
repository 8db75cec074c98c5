package dev.weir.cluster;

import dev.weir.net.Clock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The queries sent to a node. None requires a privilege, but without pg_monitor some values are
 * NULL.
 */
final class NodeQuery {
    private static final String STATE =
            """
            SELECT r.recovery,
                   (SELECT system_identifier FROM pg_catalog.pg_control_system()),
                   CASE WHEN r.recovery THEN pg_catalog.pg_last_wal_replay_lsn()
                        ELSE pg_catalog.pg_current_wal_insert_lsn() END,
                   CASE WHEN r.recovery
                        THEN (SELECT GREATEST(min_recovery_end_timeline,
                                  (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver))
                              FROM pg_catalog.pg_control_recovery())
                        ELSE ('x' || pg_catalog.substr(pg_catalog.pg_walfile_name(
                              pg_catalog.pg_current_wal_lsn()), 1, 8))::pg_catalog.bit(32)
                              ::pg_catalog.int4 END,
                   pg_catalog.pg_size_bytes(
                       pg_catalog.current_setting('wal_segment_size'))::pg_catalog.int4,
                   r.recovery AND pg_catalog.pg_is_wal_replay_paused(),
                   pg_catalog.current_setting('cluster_name'),
                   COALESCE(pg_catalog.current_setting('primary_slot_name', true), ''),
                   pg_catalog.host(pg_catalog.inet_server_addr()),
                   CASE WHEN NOT r.recovery AND pg_catalog.pg_last_wal_receive_lsn() IS NOT NULL
                        THEN pg_catalog.pg_last_wal_replay_lsn() END,
                   pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool
            FROM (SELECT pg_catalog.pg_is_in_recovery()) r (recovery)\
            """;

    private static final String REPLAYED = "SELECT pg_catalog.pg_last_wal_replay_lsn()";

    private static final String STANDBYS =
            """
            SELECT s.pid, s.application_name, l.slot_name, pg_catalog.host(s.client_addr), s.state,
                   s.sync_state, s.sent_lsn, s.write_lsn, s.flush_lsn, s.replay_lsn,
                   (EXTRACT(epoch FROM s.replay_lag) * 1000000)::pg_catalog.int8
            FROM pg_catalog.pg_stat_replication s
            LEFT JOIN pg_catalog.pg_replication_slots l ON l.active_pid = s.pid\
            """;

    private static final String PRIVILEGE =
            "SELECT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')";

    private final Connection connection;
    private final Clock clock;

    NodeQuery(Connection connection, Clock clock) {
        this.connection = connection;
        this.clock = clock;
    }

    /** Everything that a node reports about itself. */
    Observation all() throws SQLException {
        long started = clock.nanoTime();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            long ended = clock.nanoTime();
            boolean recovery = row.getBoolean(1);
            int segment = row.getInt(5);
            long lsn = lsn(row, 3);
            return new Observation(
                    started,
                    ended,
                    recovery,
                    row.getLong(2),
                    recovery ? lsn : Lsn.normalised(lsn, segment),
                    row.getInt(4),
                    Math.max(0, lsn(row, 10)),
                    segment,
                    row.getBoolean(6),
                    row.getString(7),
                    row.getString(8),
                    row.getString(9),
                    row.getBoolean(11),
                    recovery ? List.of() : standbys());
        }
    }

    /** Only the position that a standby has replayed. */
    Observation replayed(Observation before) throws SQLException {
        long started = clock.nanoTime();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(REPLAYED)) {
            row.next();
            return before.at(started, clock.nanoTime(), lsn(row, 1));
        }
    }

    /**
     * Whether the monitor may see the rows of {@code pg_stat_replication}, a right that pg_monitor
     * has.
     */
    boolean seesStandbys() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PRIVILEGE)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private List<Standby> standbys() throws SQLException {
        List<Standby> standbys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STANDBYS)) {
            while (row.next()) {
                long micros = row.getLong(11);
                long lag = row.wasNull() ? -1 : micros;
                standbys.add(
                        new Standby(
                                row.getInt(1),
                                Objects.requireNonNullElse(row.getString(2), ""),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getString(6),
                                lsn(row, 7),
                                lsn(row, 8),
                                lsn(row, 9),
                                lsn(row, 10),
                                lag));
            }
        }
        return List.copyOf(standbys);
    }

    /** Returns the position, or -1 for NULL. */
    private static long lsn(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? -1 : Lsn.parse(text);
    }
}
