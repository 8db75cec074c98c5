package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients insert rows while their server is hurt in every way. What they are told is true: a row
 * whose statement was acknowledged is there once, one whose transaction was rolled back is not, and
 * no session ends.
 */
final class CertainAnswersIT {
    private static final int FAULTS = Rig.SOAK ? 400 : 24;
    private static final int CLIENTS = 6;

    private final long seed = Long.getLong("weir.seed", System.nanoTime());
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger answers = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    /** What the client was told of each row. */
    private final Map<Integer, Told> told = new ConcurrentHashMap<>();

    private enum Told {
        ACKNOWLEDGED,
        ROLLED_BACK,
        IN_DOUBT
    }

    private static List<PgVersion> versions() {
        return Arrays.stream(PgVersion.values()).filter(PgVersion::available).toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsToldIsTrue(PgVersion version) throws InterruptedException {
        org.junit.jupiter.api.Assumptions.assumeTrue(versions().contains(version));
        try (PgCluster cluster =
                PgCluster.builder().version(version).setting("fsync", "on").start()) {
            PgNode node = cluster.primary();
            node.execute("create table t (id int, client int)");
            try (Rig rig =
                    Rig.before(
                            node,
                            "default_pool_size = 4",
                            "server_login_retry = 0.2",
                            "state_check = analysed")) {
                try (WireClient first = rig.client()) {
                    rig.awaitCatalog(first, Rig.DATABASE);
                }
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    int id = i;
                    threads.add(Thread.ofPlatform().start(() -> work(rig, id)));
                }
                var random = new Random(seed);
                for (int i = 0; i < FAULTS && faults.isEmpty(); i++) {
                    int before = answers.get();
                    awaitUp(node);
                    hurt(node, random);
                    await("work goes on")
                            .atMost(Duration.ofSeconds(30))
                            .pollInterval(Duration.ofMillis(2))
                            .until(() -> answers.get() > before + CLIENTS || !faults.isEmpty());
                }
                over.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
                assertThat(faults).as("seed " + seed).isEmpty();
                check(node);
            }
        }
    }

    private void hurt(PgNode node, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> node.restart();
            case 1 -> {
                node.stop(StopMode.IMMEDIATE);
                node.start();
            }
            case 2 -> {
                node.kill();
                node.start();
            }
            case 3 -> killBackend(node);
            default ->
                    node.execute(
                            "select pg_terminate_backend(pid) from pg_stat_activity where"
                                    + " backend_type = 'client backend' and pid <> pg_backend_pid()"
                                    + " order by state = 'active' desc, random() limit 2");
        }
    }

    private static void awaitUp(PgNode node) {
        await("it is up").ignoreExceptions().until(() -> node.queryText("select 1").equals("1"));
    }

    private static void killBackend(PgNode node) {
        String pid =
                node.queryText(
                        "select coalesce(max(pid), 0) from pg_stat_activity where backend_type ="
                                + " 'client backend' and pid <> pg_backend_pid()");
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }

    private void check(PgNode node) {
        awaitUp(node);
        Map<Integer, Integer> found = new TreeMap<>();
        for (String id :
                node.queryText("select coalesce(string_agg(id::text, ','), '') from t")
                        .split(",", -1)) {
            if (!id.isEmpty()) {
                found.merge(Integer.parseInt(id), 1, Integer::sum);
            }
        }
        assertThat(found.values()).as("nothing twice; seed " + seed).containsOnly(1);
        told.forEach((id, what) -> {
            if (what != Told.IN_DOUBT) {
                assertThat(found.containsKey(id))
                        .as("row " + id + ", " + what + "; seed " + seed)
                        .isEqualTo(what == Told.ACKNOWLEDGED);
            }
        });
        Map<Told, Long> counts =
                told.values().stream()
                        .collect(Collectors.groupingBy(one -> one, Collectors.counting()));
        System.out.println("seed " + seed + ": " + counts);
        assertThat(counts.getOrDefault(Told.ACKNOWLEDGED, 0L)).isPositive();
    }

    // --- clients
    // ------------------------------------------------------------------------------------

    private void work(Rig rig, int number) {
        var random = new Random(seed + number + 1);
        try (WireClient client = rig.client()) {
            client.query("select " + number);
            client.send(
                    Wire.parse("s", "insert into t values ($1::int4, " + number + ")"),
                    Wire.sync());
            client.readUntilReady();
            while (!over.get() && faults.isEmpty()) {
                if (random.nextInt(3) == 0) {
                    block(client, random, number);
                } else {
                    int id = ids.incrementAndGet();
                    told.put(id, one(insert(client, random, number, id), 'I'));
                }
                answers.incrementAndGet();
            }
        } catch (RuntimeException | AssertionError e) {
            faults.add(new AssertionError("client " + number, e));
        }
    }

    private static List<Message> insert(WireClient client, Random random, int number, int id) {
        String sql = "insert into t values (" + id + ", " + number + ")";
        switch (random.nextInt(3)) {
            case 0 -> client.send(Wire.query(sql));
            case 1 ->
                    client.send(
                            Wire.concat(
                                    Wire.parse("", sql),
                                    Wire.bind("", ""),
                                    Wire.execute("", 0),
                                    Wire.sync()));
            default ->
                    client.send(
                            Wire.concat(
                                    Wire.bind("", "s", Integer.toString(id)),
                                    Wire.execute("", 0),
                                    Wire.sync()));
        }
        return client.readUntilReady();
    }

    /** What an answer says, which leaves the session in this status if it is no error. */
    private static Told one(List<Message> answer, char status) {
        Message error = answer.stream().filter(one -> one.tag() == 'E').findFirst().orElse(null);
        char now = answer.getLast().status();
        if (error == null) {
            assertThat(now).isEqualTo(status);
            assertThat(answer).extracting(Message::tag).contains('C');
            return Told.ACKNOWLEDGED;
        }
        return switch (error.sqlState()) {
            case "40001", "25P02" -> Told.ROLLED_BACK;
            case "08007" -> Told.IN_DOUBT;
            default -> throw new AssertionError(answer.toString());
        };
    }

    private void block(WireClient client, Random random, int number) {
        List<Integer> rows = new ArrayList<>();
        Told begun = one(client.query("begin"), 'T');
        boolean lives = begun == Told.ACKNOWLEDGED;
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count && lives; i++) {
            int id = ids.incrementAndGet();
            rows.add(id);
            List<Message> answer = insert(client, random, number, id);
            lives = one(answer, 'T') == Told.ACKNOWLEDGED;
            if (!lives) {
                assertThat(answer.getLast().status()).isEqualTo('E');
            }
        }
        Told end;
        if (!lives) {
            end = Told.ROLLED_BACK;
            if (begun == Told.ACKNOWLEDGED) {
                String how = random.nextBoolean() ? "commit" : "rollback";
                List<Message> answer = client.query(how);
                assertThat(answer).extracting(Message::summary).contains("C ROLLBACK", "Z I");
            }
        } else if (random.nextInt(4) == 0) {
            one(client.query("rollback"), 'I');
            end = Told.ROLLED_BACK;
        } else {
            List<Message> answer = client.query("commit");
            end = one(answer, 'I');
            assertThat(answer.getLast().status()).isEqualTo('I');
        }
        for (int id : rows) {
            told.put(id, end);
        }
    }
}
