package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for all of a small process's memory: they are refused, and others served. */
@NullMarked
@Timeout(300)
final class ExhaustionIT {
    private static final int BATCH = 200;

    private static final String SQL = "select '" + "x".repeat(1_000);

    @TempDir private Path directory;

    private static String database(String name, String more) {
        PgNode node = Rig.postgres();
        return "%s = host=%s port=%d dbname=postgres user=%s password=%s %s"
                .formatted(name, node.host(), node.port(), PgNode.USER, PgNode.PASSWORD, more);
    }

    private WeirJvm weir(List<String> options, String... lines) throws IOException {
        return WeirJvm.serving(directory, options, database("app", ""), lines);
    }

    /** Prepares statements until refused, hundreds at once; returns the refusal. */
    private static Message prepareEndlessly(WireClient client, String tag) {
        Message refusal = null;
        for (int first = 0; refusal == null; first += BATCH) {
            refusal = prepare(client, tag, first);
        }
        return refusal;
    }

    /** Prepares a batch of statements; returns the refusal, null if there is none. */
    private static @Nullable Message prepare(WireClient client, String tag, int first) {
        List<byte[]> batch = new ArrayList<>();
        for (int i = first; i < first + BATCH; i++) {
            batch.add(Wire.parse("s" + i, SQL + tag + i + "'"));
        }
        batch.add(Wire.sync());
        client.send(batch.toArray(byte[][]::new));
        while (true) {
            Message answer = client.read();
            if (answer.tag() == 'E') {
                return answer;
            } else if (answer.tag() == 'Z') {
                return null;
            }
        }
    }

    private static void serves(WireClient client) {
        assertThat(client.query("select 'served'").toString()).contains("D served");
    }

    @Test
    void statementsCannotFillTheHeap() throws IOException {
        try (WeirJvm weir = weir(List.of("-Xmx128m"));
                WireClient other = weir.client("app")) {
            List<String> refusals = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                WireClient client = weir.client("app");
                Message refused = prepareEndlessly(client, "c" + i + "_");
                assertThat(refused.sqlState()).isIn("53200", "54000");
                refusals.add(refused.errorMessage());
                serves(other);
            }
            assertThat(refusals).hasSize(6).allMatch(text -> text.contains("(max_client_"));
            assertThat(weir.isAlive()).isTrue();
        }
    }

    /** As many as together have more than there is, and stay. */
    @Test
    void manyClientsCannotFillItEither() throws IOException {
        try (WeirJvm weir = weir(List.of("-Xmx128m"), "max_client_statement_memory = 6 MB");
                WireClient other = weir.client("app")) {
            List<WireClient> greedy = new ArrayList<>();
            Message refusal = null;
            for (int i = 0; refusal == null; i++) {
                WireClient client = weir.client("app");
                greedy.add(client);
                for (int first = 0; first < 4_000 && refusal == null; first += BATCH) {
                    refusal = prepare(client, "c" + i + "_", first);
                }
                serves(other);
            }
            assertThat(refusal.errorMessage()).contains("(max_statement_memory = ");
            greedy.forEach(WireClient::close);
            assertThat(prepare(other, "other", 0)).isNull();
        }
    }

    /** Without limits the heap does fill up: then the process ends, and does not linger. */
    @Test
    void aFullHeapEndsTheProcess() throws IOException, InterruptedException {
        try (WeirJvm weir =
                        weir(
                                List.of("-Xmx64m"),
                                "max_client_statements = 0",
                                "max_client_statement_memory = 0",
                                "max_statement_memory = 1000 GB");
                WireClient client = weir.client("app")) {
            CompletableFuture.runAsync(() -> prepareEndlessly(client, ""));
            assertThat(weir.awaitEnd()).isEqualTo(3);
            assertThat(weir.said()).contains("java.lang.OutOfMemoryError");
        }
    }

    /** Waiting clients with large requests leave those alone who use another pool. */
    @Test
    void waitingClientsLeaveOthersAlone() throws IOException {
        String databases = database("busy", "pool_size=1") + "\n" + database("app", "");
        try (WeirJvm weir =
                        WeirJvm.serving(
                                directory,
                                List.of("-XX:MaxDirectMemorySize=64m"),
                                databases,
                                "max_client_conn = 2000");
                WireClient holder = weir.client("busy");
                WireClient other = weir.client("app")) {
            var isOver = new AtomicBoolean();
            CompletableFuture<Integer> reading =
                    CompletableFuture.supplyAsync(() -> readUntil(other, isOver));
            byte[] request =
                    Wire.concat(
                            Wire.parse("", "select length($1)"),
                            Wire.bind("", "", "x".repeat(120_000)),
                            Wire.execute("", 0),
                            Wire.sync());
            List<WireClient> waiting = new ArrayList<>();
            for (int i = 0; i < 1_500 && !reading.isDone(); i++) {
                WireClient client = weir.client("busy");
                client.send(request); // the next read will be as large
                client.readUntilReady();
                waiting.add(client);
            }
            holder.query("begin");
            waiting.forEach(client -> client.send(request));
            try (WireClient console = weir.client("pgbouncer")) {
                await().until(() -> refusals(console) > 0);
            }
            isOver.set(true);
            assertThat(reading.join()).isPositive();
            holder.query("commit");
            for (WireClient client : waiting) {
                Message first = client.read();
                first = first.tag() == 'N' ? client.read() : first; // query_wait_notify
                assertThat(first.tag() == 'E' ? first.sqlState() : "" + first.tag())
                        .isIn("1", "53200");
                client.close();
            }
            assertThat(weir.said()).doesNotContain("ERROR").doesNotContain("out_of_buffer_memory");
        }
    }

    /** How often max_buffer_memory was in the way. */
    private static int refusals(WireClient console) {
        return console.query("show limits").stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::row)
                .filter(row -> "max_buffer_memory".equals(row.getFirst()))
                .mapToInt(row -> Integer.parseInt(String.valueOf(row.getLast())))
                .sum();
    }

    private static int readUntil(WireClient client, AtomicBoolean isOver) {
        int answers = 0;
        while (!isOver.get()) {
            assertThat(client.query("select repeat('x', 1000) from generate_series(1, 1000)"))
                    .hasSize(1_003);
            answers++;
        }
        return answers;
    }
}
