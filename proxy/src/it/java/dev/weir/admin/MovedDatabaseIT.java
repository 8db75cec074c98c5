package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As docs/reload.md says: PAUSE, another server, RELOAD, RESUME, while pgbench writes. */
final class MovedDatabaseIT {
    private static final int CLIENTS = Rig.SOAK ? 50 : 20;
    private static final int SECONDS = Rig.SOAK ? 30 : 6;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir private Path directory;

    private static String entry(PgNode node) {
        return "app = host=%s port=%d dbname=postgres user=postgres password=postgres pool_size=10"
                .formatted(node.host(), node.port());
    }

    @Test
    void costsNoTransaction() throws IOException {
        assumeTrue(Tools.find("pgbench").isPresent(), "pgbench is not installed");
        try (PgCluster cluster = PgCluster.builder().replicas(1).start();
                WeirFile weir = WeirFile.start(directory, entry(cluster.primary()));
                WireClient console = weir.console()) {
            PgNode old = cluster.primary();
            PgNode next = cluster.replica(0);
            pgbench(weir, "-i", "-q", "-s", "1").orThrow();
            CompletableFuture<Tools.Result> load = CompletableFuture.supplyAsync(() -> load(weir));
            await().atMost(LIMIT).until(() -> transactions(old) > 200);

            long began = System.nanoTime();
            command(console, "PAUSE app");
            assertThat(
                            old.queryText(
                                    "select count(*) from pg_stat_activity where usename ="
                                            + " 'postgres' and application_name = 'pgbench'"))
                    .isEqualTo("0");
            cluster.awaitReplicas();
            next.promote();
            weir.write(entry(next));
            command(console, "RELOAD");
            command(console, "RESUME app");
            long pausedMillis = (System.nanoTime() - began) / 1_000_000;

            Tools.Result result = load.join();
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.out()).contains("number of failed transactions: 0 ");
            long moved = transactions(next) - transactions(old);
            assertThat(moved).as("transactions after the move").isPositive();
            assertThat(result.out())
                    .contains("number of transactions actually processed: " + transactions(next));
            assertThat(
                            next.queryText(
                                    "select (select sum(delta) from pgbench_history)"
                                            + " = (select sum(abalance) from pgbench_accounts)"))
                    .isEqualTo("t");
            System.out.printf(
                    "moved a database under %d clients: %d transactions, %d of them after it;"
                            + " paused for %d ms, the longest transaction took %d ms%n",
                    CLIENTS, transactions(next), moved, pausedMillis, longestMillis());
        }
    }

    private static void command(WireClient console, String command) {
        assertThat(console.query(command).getFirst().commandTag())
                .isEqualTo(command.split(" ", -1)[0]);
    }

    private static long transactions(PgNode node) {
        return Long.parseLong(node.queryText("select count(*) from pgbench_history"));
    }

    private Tools.Result load(WeirFile weir) {
        return pgbench(
                weir,
                "-n",
                "-c",
                "" + CLIENTS,
                "-j",
                "2",
                "-T",
                "" + SECONDS,
                "-M",
                "prepared",
                "-l");
    }

    private Tools.Result pgbench(WeirFile weir, String... options) {
        String url = "postgresql://postgres@127.0.0.1:" + weir.port() + "/app";
        Stream<String> program = Stream.of(Tools.find("pgbench").orElseThrow().toString());
        List<String> command =
                Stream.of(program, Stream.of(options), Stream.of(url)).flatMap(s -> s).toList();
        return Tools.run(LIMIT, new ProcessBuilder(command).directory(directory.toFile()));
    }

    /** By pgbench's log of each transaction, whose third column is its time in microseconds. */
    private long longestMillis() throws IOException {
        long longest = 0;
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().startsWith("pgbench_log"))
                            .toList()) {
                for (String line : Files.readAllLines(file)) {
                    longest = Math.max(longest, Long.parseLong(line.split(" ", -1)[2]) / 1_000);
                }
            }
        }
        return longest;
    }
}
