package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.protocol.BackendMessages.Column;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** SHOW STATS and its relatives, of meters that the test has set and at moments it has chosen. */
@NullMarked
final class StatsReportsTest {
    private static final long SECOND = 1_000_000_000;

    /** What the meters of a database have counted after so many seconds at a steady pace. */
    private static Readings steady(long seconds) {
        var meters = new LoopMeters();
        meters.add(Metric.LEASES, 11 * seconds);
        meters.add(Metric.TRANSACTIONS, 10 * seconds);
        meters.add(Metric.QUERIES, 20 * seconds);
        meters.add(Metric.BYTES_RECEIVED, 1_000 * seconds);
        meters.add(Metric.BYTES_SENT, 3_000 * seconds);
        meters.add(Metric.TRANSACTION_TIME, 10 * 4_000_000 * seconds);
        meters.add(Metric.QUERY_TIME, 20 * 1_500_000 * seconds);
        meters.add(Metric.WAIT_TIME, 70_000 * seconds);
        meters.add(Metric.CLIENT_PARSES, 5 * seconds);
        meters.add(Metric.SERVER_PARSES, 2 * seconds);
        meters.add(Metric.BINDS, 15 * seconds);
        meters.add(Metric.LOGINS, 3 * seconds);
        return meters.read();
    }

    private static StatsSample sample(long seconds) {
        return new StatsSample(seconds * SECOND, new TreeMap<>(Map.of("app", steady(seconds))));
    }

    @Test
    void showsTotalsAndAverages() {
        Table table = StatsReports.stats(sample(100), sample(60));

        assertThat(columns(table))
                .isEqualTo(
                        "database total_server_assignment_count total_xact_count"
                                + " total_query_count total_received total_sent total_xact_time"
                                + " total_query_time total_wait_time total_client_parse_count"
                                + " total_server_parse_count total_bind_count"
                                + " total_client_login_count"
                                + " avg_server_assignment_count avg_xact_count avg_query_count"
                                + " avg_recv avg_sent avg_xact_time avg_query_time avg_wait_time"
                                + " avg_client_parse_count avg_server_parse_count"
                                + " avg_bind_count avg_client_login_count");
        assertThat(table.rows())
                .containsExactly(
                        Row.of(
                                "app", 1100, 1000, 2000, 100_000, 300_000, 4_000_000, 3_000_000,
                                7_000, 500, 200, 1500, 300, 11, 10, 20, 1_000, 3_000, 4_000, 1_500,
                                70, 5, 2, 15, 3));
    }

    @Test
    void showsTotalsAlone() {
        Table table = StatsReports.totalsOfDatabases(sample(100), sample(60));

        assertThat(columns(table))
                .isEqualTo(
                        "database server_assignment_count xact_count query_count bytes_received"
                                + " bytes_sent xact_time query_time wait_time client_parse_count"
                                + " server_parse_count bind_count client_login_count");
        assertThat(table.rows())
                .containsExactly(
                        Row.of(
                                "app", 1100, 1000, 2000, 100_000, 300_000, 4_000_000, 3_000_000,
                                7_000, 500, 200, 1500, 300));
    }

    @Test
    void showsAveragesAlone() {
        Table table = StatsReports.averagesOfDatabases(sample(100), sample(60));

        assertThat(columns(table))
                .isEqualTo(
                        "database server_assignment_count xact_count query_count bytes_received"
                                + " bytes_sent xact_time query_time wait_time"
                                + " avg_client_parse_count avg_server_parse_count"
                                + " avg_bind_count avg_client_login_count");
        assertThat(table.rows())
                .containsExactly(
                        Row.of("app", 11, 10, 20, 1_000, 3_000, 4_000, 1_500, 70, 5, 2, 15, 3));
    }

    @Test
    void showsAllDatabasesTogether() {
        var now =
                new StatsSample(
                        100 * SECOND,
                        new TreeMap<>(Map.of("app", steady(100), "pgbouncer", steady(100))));

        Table table = StatsReports.allDatabases(now, sample(60));

        assertThat(columns(table)).isEqualTo("name value");
        assertThat(table.rows())
                .hasSize(24)
                .startsWith(
                        Row.of("total_server_assignment_count", 2200),
                        Row.of("total_xact_count", 2000),
                        Row.of("total_query_count", 4000),
                        Row.of("total_client_bytes", 200_000),
                        Row.of("total_server_bytes", 600_000))
                .contains(
                        Row.of("total_ps_client_parse_count", 1000),
                        Row.of("avg_xact_count", (2_000 - 600) / 40),
                        Row.of("avg_xact_time", 4_000))
                .endsWith(
                        Row.of("avg_ps_bind_count", (3_000 - 900) / 40),
                        Row.of("avg_client_login_count", (600 - 180) / 40));
    }

    @Test
    void valuesAreNumeric() {
        Table table = StatsReports.stats(sample(1), sample(0));

        assertThat(table.columns().getFirst().typeOid()).isEqualTo(Table.TEXT);
        assertThat(table.columns().subList(1, 25))
                .allSatisfy(column -> assertThat(column.typeOid()).isEqualTo(Table.NUMERIC));
    }

    @Test
    void averagesAreOfTheTimeSinceTheOlderOfTwoPeriods() {
        var periods = new StatsPeriods(0);
        assertThat(periods.older().nanos()).as("the first second").isEqualTo(-SECOND);

        periods.end(sample(60));
        assertThat(periods.older().nanos()).isZero();

        Interval second = periods.end(sample(120));
        assertThat(second.nanos()).isEqualTo(60 * SECOND);
        assertThat(periods.older()).isEqualTo(sample(60));
    }

    @Test
    void averagesBeforeTheFirstPeriodAreThoseOfTheTimeSinceTheStart() {
        var periods = new StatsPeriods(0);

        Interval toNow = sample(9).since(periods.older(), "app");

        assertThat(toNow.perSecond(Metric.QUERIES)).isEqualTo(20 * 9 / 10);
    }

    @Test
    void whatDidNotHappenHasNoAverage() {
        var idle = new Interval(steady(60), steady(60), 60 * SECOND);

        for (StatsColumn column : StatsColumn.values()) {
            assertThat(column.average(idle)).as(column.name()).isZero();
        }
    }

    @Test
    void noTimeHasNoAverage() {
        var moment = new Interval(Readings.ZERO, steady(1), 0);

        for (StatsColumn column : StatsColumn.values()) {
            assertThat(column.average(moment)).as(column.name()).isZero();
        }
    }

    /** The counters of a pool that was forgotten are gone. */
    @Test
    void averagesAreNeverNegative() {
        var shrunk = new Interval(steady(60), Readings.ZERO, 60 * SECOND);

        for (StatsColumn column : StatsColumn.values()) {
            assertThat(column.average(shrunk)).as(column.name()).isZero();
        }
    }

    @Test
    void logsThePeriod() {
        Interval period = sample(120).since(sample(60));

        assertThat(period.line())
                .isEqualTo(
                        "stats: 10 xacts/s, 20 queries/s, 5 client parses/s, 2 server parses/s,"
                                + " 15 binds/s, 3 client logins/s, in 1000 B/s, out 3000 B/s, xact"
                                + " 4000 us, query 1500 us, wait 70 us");
    }

    private static String columns(Table table) {
        List<Column> columns = table.columns();
        return columns.stream().map(Column::name).collect(Collectors.joining(" "));
    }
}
