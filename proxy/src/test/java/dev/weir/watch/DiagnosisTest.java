package dev.weir.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerFailure;
import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.config.ServerAddress;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import dev.weir.metrics.Readings;
import dev.weir.observe.LimitSnapshot;
import dev.weir.observe.LoopLoad;
import dev.weir.observe.NodeSnapshot;
import dev.weir.pool.OutageSnapshot;
import dev.weir.pool.PoolKey;
import dev.weir.watch.Finding.Severity;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class DiagnosisTest {
    private static final long MILLI = 1_000_000;

    private static List<Finding> found(
            List<PoolLine> pools, List<NodeSnapshot> nodes, List<LimitSnapshot> limits) {
        return Diagnosis.of(
                new Situation(false, List.of(), pools, List.of(), nodes, limits, List.of()));
    }

    private static PoolLine pool(int size, int active, int waiting, long waitNanos) {
        var meters = new LoopMeters();
        meters.set(Metric.SERVERS_ACTIVE, active);
        meters.set(Metric.WAITING_CLIENTS, waiting);
        meters.set(Metric.OLDEST_WAIT, waitNanos);
        var key = new PoolKey("app", "ann", -1);
        return new PoolLine(key, 9, size, meters.read(), List.of());
    }

    private static NodeSnapshot node(
            String name, boolean isPrimary, boolean isEligible, boolean isPaused, String error) {
        var node =
                new Node(
                        0,
                        name,
                        isPrimary,
                        isEligible,
                        isEligible,
                        isEligible ? "" : "behind by 9000 ms",
                        1,
                        1,
                        0,
                        0,
                        1,
                        1,
                        0,
                        0);
        var report = new NodeReport(node, !isPrimary, isPaused, true, error, null);
        return new NodeSnapshot("app", report, Readings.ZERO);
    }

    @Test
    void findsNothingWhereNothingIsWrong() {
        var loop = new LoopLoad(0, 1, 3);
        var limit = new LimitSnapshot(Limit.CLIENT_CONNECTIONS, 100, 84, 84, 0);
        var situation =
                new Situation(
                        false,
                        List.of(),
                        List.of(pool(2, 2, 5, Diagnosis.WAIT_NANOS_MIN - 1)),
                        List.of(),
                        List.of(
                                node("a:1", true, false, false, ""),
                                node("b:1", false, true, false, "")),
                        List.of(limit),
                        List.of(loop));

        assertThat(Diagnosis.of(situation)).isEmpty();
    }

    @Test
    void tellsOfAnOutageAndNotOfThoseWhoWaitForItsEnd() {
        var server = new ServerAddress("db1", 5432);
        var failure = new ServerFailure("FATAL", "08006", "connection refused.");
        var key = new PoolKey("app", "ann", -1);
        var outage = new OutageSnapshot(key, server, 3_000 * MILLI, 4, failure, 5);
        List<PoolLine> pools = List.of(pool(2, 2, 5, Diagnosis.WAIT_NANOS_MAX));
        var situation =
                new Situation(
                        false, List.of(), pools, List.of(outage), List.of(), List.of(), List.of());

        List<Finding> found = Diagnosis.of(situation);
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().severity()).isEqualTo(Severity.DOWN);
        assertThat(found.getFirst().what())
                .isEqualTo(
                        "app: for 3.0 s no connection to db1:5432 could be opened: connection"
                                + " refused. 5 clients wait for it.");
    }

    @ParameterizedTest
    @CsvSource({
        "250,  2, WARNING, raise pool_size",
        "2000, 2, DOWN,    raise pool_size",
        "250,  1, WARNING, max_db_connections"
    })
    void tellsThatClientsWaitAndWhatHelps(
            long waitMillis, int active, Severity severity, String remedy) {
        List<Finding> found =
                found(List.of(pool(2, active, 3, waitMillis * MILLI)), List.of(), List.of());

        assertThat(found)
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.severity()).isEqualTo(severity);
                    assertThat(one.what())
                            .startsWith("app/ann: 3 clients wait for a server connection, ")
                            .endsWith(active + " of 2 are in use.");
                    assertThat(one.remedy()).contains(remedy);
                });
    }

    @Test
    void tellsTheWorstFirst() {
        List<Finding> found =
                found(
                        List.of(pool(2, 2, 3, Diagnosis.WAIT_NANOS_MIN)),
                        List.of(
                                node("a:1", true, false, false, "Connection refused."),
                                node("b:1", false, false, true, ""),
                                node("c:1", false, true, true, "")),
                        List.of(new LimitSnapshot(Limit.CLIENT_CONNECTIONS, 100, 85, 99, 3)));

        assertThat(found)
                .extracting(Finding::what)
                .containsExactly(
                        "app has no primary. Who needs it waits, or is refused.",
                        "app: a:1 does not answer: Connection refused.",
                        "Replica b:1 of app is not read: behind by 9000 ms.",
                        "app/ann: 3 clients wait for a server connection, the first for 0.3 s. 2 of"
                                + " 2 are in use.",
                        "max_client_conn: 85 of 100 are in use.",
                        "Replay is paused on replica c:1 of app.");
        assertThat(found).extracting(Finding::severity).isSorted();
        assertThat(found)
                .filteredOn(one -> one.what().contains("b:1"))
                .allMatch(one -> one.remedy().contains("pg_wal_replay_resume"));
    }

    @ParameterizedTest
    @CsvSource({"50, 0.1 s", "9900, 9.9 s", "10400, 10 s", "119000, 119 s", "600000, 10 min"})
    void writesTimesForPeople(long millis, String text) {
        assertThat(Diagnosis.duration(millis * MILLI)).isEqualTo(text);
    }
}
