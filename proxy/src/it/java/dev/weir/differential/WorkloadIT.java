package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Tools;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The work of a day through Weir, in session and in transaction mode: load, dumps, bulk copies, a
 * base backup and a WAL archive, by PostgreSQL's own programs; where installed.
 */
final class WorkloadIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final int SCALE = Rig.SOAK ? 10 : 1;
    private static final int CLIENTS = Rig.SOAK ? 50 : 6;
    private static final List<String> RUN = Rig.SOAK ? List.of("-T", "20") : List.of("-t", "15");
    private static final int CROWD = Rig.SOAK ? 1_000 : 50;
    private static final List<String> CROWD_RUN =
            Rig.SOAK ? List.of("-T", "60") : List.of("-t", "10");
    private static final long COPY_BYTES = Rig.SOAK ? 100_000_000L : 5_000_000L;

    private static final Map<PoolMode, Rig> WEIRS = new EnumMap<>(PoolMode.class);
    private static @Nullable PgCluster cluster;
    private static @Nullable Rig crowded;

    @BeforeAll
    static void start() {
        assumeTrue(PgVersion.V15.available(), "PostgreSQL 15 is not installed");
        // The programs are of version 15, and pg_basebackup takes no newer server.
        cluster = PgCluster.builder().version(PgVersion.V15).start();
        PgNode node = cluster.primary();
        WEIRS.put(PoolMode.SESSION, Rig.shared(node, PoolMode.SESSION, CLIENTS + 5).start());
        WEIRS.put(PoolMode.TRANSACTION, Rig.shared(node, PoolMode.TRANSACTION, 10).start());
        crowded =
                Rig.shared(
                                node,
                                PoolMode.TRANSACTION,
                                20,
                                "max_client_conn = 2000",
                                "worker_loops = 2")
                        .start();
        pgbench(PoolMode.TRANSACTION, List.of("-i", "-q", "-s", String.valueOf(SCALE)));
    }

    @AfterEach
    void validate() {
        weirs().forEach(Rig::validate);
    }

    @AfterAll
    static void stop() {
        weirs().forEach(Rig::close);
        if (cluster != null) {
            cluster.close();
        }
    }

    private static List<Rig> weirs() {
        List<Rig> all = new ArrayList<>(WEIRS.values());
        if (crowded != null) {
            all.add(crowded);
        }
        return all;
    }

    private static Rig weir(PoolMode mode) {
        return Objects.requireNonNull(WEIRS.get(mode));
    }

    private static PgNode node() {
        return Objects.requireNonNull(cluster).primary();
    }

    // --- pgbench ------------------------------------------------------------------------------

    static Stream<Arguments> loads() {
        List<List<String>> options =
                List.of(
                        List.of("-M", "simple"),
                        List.of("-M", "extended"),
                        List.of("-M", "prepared"),
                        List.of("-S", "-M", "simple"),
                        List.of("-S", "-M", "extended"),
                        List.of("-S", "-M", "prepared"),
                        List.of("-S", "-C"));
        return options.stream()
                .flatMap(option ->
                        Stream.of(PoolMode.SESSION, PoolMode.TRANSACTION)
                                .map(mode -> Arguments.of(mode, option)));
    }

    @ParameterizedTest
    @MethodSource("loads")
    void pgbenchRunsWithoutAnError(PoolMode mode, List<String> options) {
        List<String> arguments = new ArrayList<>(options);
        Collections.addAll(arguments, "-n", "-j", "2", "-c", String.valueOf(CLIENTS));
        arguments.addAll(RUN);
        Tools.Result result = pgbench(mode, arguments);
        assertThat(result.out()).contains("number of failed transactions: 0 ");
        assertThat(result.err()).doesNotContain("error", "aborted");
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void pipelinesRunWithoutAnError(PoolMode mode, @TempDir Path folder) throws IOException {
        Path script = folder.resolve("pipeline.sql");
        Files.writeString(
                script,
                """
                \\set aid random(1, 100000 * :scale)
                \\startpipeline
                begin;
                update pgbench_accounts set abalance = abalance + 1 where aid = :aid;
                select abalance from pgbench_accounts where aid = :aid;
                end;
                select 1;
                select 2;
                \\endpipeline
                """);
        for (String protocol : List.of("extended", "prepared")) {
            var arguments = new ArrayList<String>();
            Collections.addAll(arguments, "-n", "-M", protocol, "-f", script.toString());
            Collections.addAll(arguments, "-j", "2", "-c", String.valueOf(CLIENTS));
            arguments.addAll(RUN);
            Tools.Result result = pgbench(mode, arguments);
            assertThat(result.out()).contains("number of failed transactions: 0 ");
            assertThat(result.err()).doesNotContain("error", "aborted");
        }
    }

    @Test
    void aCrowdSharesTwentyConnections() {
        var arguments = new ArrayList<String>();
        Collections.addAll(arguments, "-n", "-S", "-M", "prepared", "-j", "2");
        Collections.addAll(arguments, "-c", String.valueOf(CROWD));
        arguments.addAll(CROWD_RUN);
        Tools.Result result = pgbench(Objects.requireNonNull(crowded).port(), arguments);
        assertThat(result.out()).contains("number of failed transactions: 0 ");
        assertThat(result.err()).doesNotContain("error", "aborted");
    }

    private static Tools.Result pgbench(PoolMode mode, List<String> arguments) {
        return pgbench(weir(mode).port(), arguments);
    }

    private static Tools.Result pgbench(int port, List<String> arguments) {
        var all = new ArrayList<>(arguments);
        all.add("postgres");
        return Programs.run(LIMIT, "pgbench", port, all.toArray(String[]::new));
    }

    // --- dumps and copies -----------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void aDumpIsTheSameToTheByte(PoolMode mode, @TempDir Path folder) throws IOException {
        Path direct = dump(node().port(), folder.resolve("direct"), "postgres");
        Path through = dump(weir(mode).port(), folder.resolve("through"), "postgres");

        assertThat(Files.size(direct)).isGreaterThan(1_000_000);
        assertThat(Files.mismatch(direct, through)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void aDumpIsRestored(PoolMode mode, @TempDir Path folder) throws IOException {
        String archive = folder.resolve("archive").toString();
        String copy = "copy_" + mode.name().toLowerCase(Locale.ROOT);
        run("pg_dump", mode, "-Fc", "-f", archive, "postgres");
        node().execute("create database " + copy);
        run("pg_restore", mode, "-d", copy, "-j", "2", archive);

        Path there = dump(node().port(), folder.resolve("there"), "-s", copy);
        Path here = dump(node().port(), folder.resolve("here"), "-s", "postgres");
        assertThat(there).hasSameTextualContentAs(here);
        assertThat(digests(copy)).isEqualTo(digests("postgres"));
    }

    /** A dump without the key of its own that psql asks for. */
    private static Path dump(int port, Path file, String... arguments) throws IOException {
        Path raw = file.resolveSibling(file.getFileName() + ".raw");
        var all = new ArrayList<>(List.of(arguments));
        Collections.addAll(all, "-f", raw.toString());
        Programs.run(LIMIT, "pg_dump", port, all.toArray(String[]::new));
        try (var lines = Files.newBufferedReader(raw);
                var writer = Files.newBufferedWriter(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                writer.write(Programs.comparable(line));
                writer.write('\n');
            }
        }
        return file;
    }

    /** The rows, in whatever order they lie. */
    private static String digests(String database) {
        String sql =
                "select count(*), sum(hashtext(a::text)) from pgbench_accounts a union all"
                        + " select count(*), sum(hashtext(h::text)) from pgbench_history h";
        return Programs.run(LIMIT, "psql", node().port(), "-XAtc", sql, database).out();
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void psqlCopiesMuchBothWays(PoolMode mode, @TempDir Path folder) throws IOException {
        String table = "bulk_" + mode.name().toLowerCase(Locale.ROOT);
        String line = "x".repeat(999);
        Path in = folder.resolve("in");
        Path out = folder.resolve("out");
        try (var writer = Files.newBufferedWriter(in)) {
            for (long bytes = 0; bytes < COPY_BYTES; bytes += line.length() + 1) {
                writer.write(line);
                writer.write('\n');
            }
        }
        node().execute("create unlogged table " + table + " (line text)");
        run("psql", mode, "-Xc", "\\copy " + table + " from '" + in + "'", "postgres");
        run("psql", mode, "-Xc", "\\copy " + table + " to '" + out + "'", "postgres");

        assertThat(Files.mismatch(in, out)).isEqualTo(-1);
        node().execute("drop table " + table);
    }

    private static Tools.Result run(String program, PoolMode mode, String... arguments) {
        return Programs.run(LIMIT, program, weir(mode).port(), arguments);
    }

    // --- replication ----------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void aBaseBackupIsWhole(PoolMode mode, @TempDir Path folder) {
        Path backup = folder.resolve("backup");
        run("pg_basebackup", mode, "-c", "fast", "-X", "stream", "-D", backup.toString());

        Path verify = Tools.find("pg_verifybackup").orElseThrow();
        Tools.run(LIMIT, verify.toString(), backup.toString()).orThrow();
    }

    @ParameterizedTest
    @EnumSource(names = {"SESSION", "TRANSACTION"})
    void walIsReceived(PoolMode mode, @TempDir Path folder) throws IOException {
        // At the very start of a segment, pg_walfile_name would still name the one before.
        node().execute("select pg_logical_emit_message(true, 'weir', 'first')");
        String segment = node().queryText("select pg_walfile_name(pg_current_wal_lsn())");
        Process archive =
                Programs.command("pg_receivewal", weir(mode).port(), "-D", folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        try {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.exists(folder.resolve(segment + ".partial")));
            node().execute("select pg_logical_emit_message(false, 'weir', repeat('x', 1000))");
            node().execute("select pg_switch_wal()");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Files.exists(folder.resolve(segment)));
        } finally {
            archive.destroy();
            endOf(archive);
        }
        assertThat(Files.size(folder.resolve(segment))).isEqualTo(16 << 20);
    }

    private static void endOf(Process process) {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
