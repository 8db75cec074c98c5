package dev.weir.metrics;

import dev.weir.ManualPage;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Holds docs/metrics.md to the tables; {@code -Ddocs.update=true} writes it. */
@NullMarked
final class MetricsDocTest {
    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("metrics.md", page());
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.metrics.Metric, Timing and Figure: mvn test -Dtest=MetricsDocTest -Ddocs.update=true -->
        # Metrics

        What `GET /metrics` of the [operations port](monitoring.md#the-operations-port) tells, in the text format of
        Prometheus or in OpenMetrics; a [collector](monitoring.md#opentelemetry) gets the same. Names, units and labels do not change without a line in the changelog.

        ## Pools

        Labels: `database`, `user`, and `state` where one is named.

        | name | type | state | meaning |
        |---|---|---|---|
        """
                + Arrays.stream(Metric.values())
                        .filter(metric -> !metric.id().endsWith("_sum"))
                        .map(MetricsDocTest::row)
                        .collect(Collectors.joining())
                + """

                ## Times

                Histograms. Label: `database`, but for `weir_login_seconds`, which has none. Upper bounds of the buckets, in
                seconds: %s.

                | name | meaning |
                |---|---|
                """
                        .formatted(bounds())
                + Arrays.stream(Timing.values())
                        .map(timing -> line(code(timing.id()), timing.doc()))
                        .collect(Collectors.joining())
                + """

                ## Process, databases, nodes, loops, limits

                | name | type | labels | meaning |
                |---|---|---|---|
                """
                + Arrays.stream(Figure.values())
                        .map(MetricsDocTest::row)
                        .collect(Collectors.joining())
                + """

                ## The JVM

                `jvm_*`, `process_*` and `system_*` are Micrometer's: memory, collections of garbage, threads, classes, CPU, open
                files.

                ## Bounds

                Databases and users come from clients where an entry `*` or `auth_query` lets them. At most
                [`metrics_max_series`](settings.md) pools, and as many databases, have labels of their own: those that were there
                first, for as long as they are there. All others are added up with the label `other`, and
                `weir_metrics_pools_overflowed` says how many pools these are. A counter whose pool is closed begins again at zero.
                There are never labels with addresses, application names, statements or sessions.

                ## Names of pgbouncer_exporter

                With `metrics_compat = pgbouncer` the same page has the names that dashboards for prometheus-community's
                pgbouncer_exporter ask for, too, with its labels and units: `pgbouncer_up`, `pgbouncer_version_info`, `pgbouncer_pools_*`,
                `pgbouncer_databases_*`, the counts of SHOW LISTS, `pgbouncer_config_*`; and the counters of SHOW STATS under both
                prefixes that versions of it have used, `pgbouncer_stats_*` and `pgbouncer_stats_totals_*`. A database with nodes is
                one series of `pgbouncer_databases_*`, whose labels `host` and `port` are those of the console.
                """;
    }

    private static String row(Metric metric) {
        String type = metric.kind() == Metric.Kind.COUNTER ? "counter" : "gauge";
        String state = metric.state();
        String doc = metric.doc();
        return line(
                code(metric.id()),
                type,
                state == null ? "" : code(state),
                Character.toUpperCase(doc.charAt(0)) + doc.substring(1) + '.');
    }

    private static String row(Figure figure) {
        String labels =
                figure.labels().stream()
                        .map(MetricsDocTest::code)
                        .collect(Collectors.joining(", "));
        String type = figure.shape().name().toLowerCase(Locale.ROOT);
        return line(code(figure.id()), type, labels, figure.doc());
    }

    private static String bounds() {
        return Stream.iterate(0, i -> i < Timing.BUCKETS - 1, i -> i + 1)
                .map(i -> BigDecimal.valueOf(Timing.boundNanos(i), 9))
                .map(bound -> bound.stripTrailingZeros().toPlainString())
                .collect(Collectors.joining(", "));
    }

    private static String line(String... cells) {
        return String.join(" | ", List.of(cells))
                .transform(line -> "| " + line.strip() + " |\n")
                .replace("|  |", "| |");
    }

    private static String code(String text) {
        return '`' + text + '`';
    }
}
