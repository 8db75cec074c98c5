package dev.weir.session;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.concat;
import static dev.weir.pgkit.Wire.copyData;
import static dev.weir.pgkit.Wire.describeStatement;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.flush;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static dev.weir.pgkit.Wire.terminate;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.observe.Control;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of that which a client has sent before it leaves, and of the answers. */
final class EndOfClientIT {
    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    @RegisterExtension static final Rig session = Rig.shared(PoolMode.SESSION, 1);

    private static final byte[] BATCH =
            concat(parse("", "insert into ends values ('batch')"), bind("", ""), execute("", 0));

    private static final Map<String, byte[]> SAID = said();

    private static Map<String, byte[]> said() {
        byte[] insert = query("insert into ends values ('query')");
        Map<String, byte[]> all = new LinkedHashMap<>();
        all.put("a query", insert);
        all.put("nothing", new byte[0]);
        all.put("two queries", concat(insert, insert));
        all.put("a query behind a setting", concat(query("set a.b = 'c'"), insert, insert));
        all.put("a query behind a lock", concat(query("select pg_advisory_lock(7)"), insert));
        all.put("a query that takes time", concat(query("select pg_sleep(0.1)"), insert));
        all.put(
                "a text that takes time",
                query("select pg_sleep(0.1); insert into ends values (1)"));
        all.put("a batch", concat(BATCH, sync()));
        all.put("a named batch", named());
        all.put("a batch without sync", BATCH);
        all.put("a batch that failed", concat(bind("", "nope"), BATCH));
        all.put("a batch and one without sync", concat(BATCH, sync(), BATCH));
        all.put("a query and a batch without sync", concat(insert, BATCH));
        all.put("a question", concat(parse("s", "select 1"), describeStatement("s"), flush()));
        all.put("an open block", concat(query("begin"), insert));
        all.put("an open block and a batch", concat(query("begin"), BATCH));
        all.put("a failed block", concat(query("begin"), insert, query("select 1/0")));
        all.put("a block and a query", concat(query("begin"), insert, query("commit"), insert));
        all.put("a part of a message", concat(insert, Arrays.copyOf(insert, insert.length - 2)));
        all.put("a part of a large one", concat(insert, Arrays.copyOf(large(), 100_000)));
        all.put("a header", concat(insert, Arrays.copyOf(insert, 3)));
        all.put("a copy", concat(query("copy ends from stdin"), copyData("x\n".getBytes(UTF_8))));
        all.put("a temporary table", concat(query("create temp table mine (i int)"), insert));
        return all;
    }

    private static byte[] named() {
        String sql = "insert into ends values ('named')";
        return concat(parse("n", sql), sync(), bind("", "n"), execute("", 0), sync());
    }

    private static byte[] large() {
        return query("insert into ends values ('" + "x".repeat(200_000) + "')");
    }

    // --- heard ----------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> isCarriedOutAndAnsweredBeforeATerminate() {
        // in the middle of a message it would be the rest of that
        return both(
                "Terminate",
                name -> !name.startsWith("a part") && !name.equals("a header"),
                (client, bytes) -> client.send(bytes, terminate()));
    }

    @TestFactory
    Stream<DynamicTest> isCarriedOutAndAnsweredBeforeAHalfClose() {
        return both("FIN", _ -> true, EndOfClientIT::closesOutput);
    }

    private static void closesOutput(WireClient client, byte[] bytes) {
        client.send(bytes);
        client.closeOutput();
    }

    @TestFactory
    Stream<DynamicTest> isCarriedOutThoughNobodyListens() {
        Stream.Builder<DynamicTest> all = Stream.builder();
        for (Rig rig : List.of(one, two, session)) {
            SAID.forEach(
                    (name, bytes) -> all.add(dynamicTest(name, () -> leavesSilently(rig, bytes))));
        }
        return all.build();
    }

    private interface Leaving {
        void leave(WireClient client, byte[] bytes);
    }

    private static Stream<DynamicTest> both(String how, Predicate<String> which, Leaving leaving) {
        Stream.Builder<DynamicTest> all = Stream.builder();
        SAID.forEach((name, bytes) -> {
            for (Rig rig : which.test(name) ? List.of(one, two, session) : List.<Rig>of()) {
                all.add(dynamicTest(how + ": " + name, () -> compare(rig, bytes, leaving)));
            }
        });
        return all.build();
    }

    private static void compare(Rig rig, byte[] bytes, Leaving leaving) {
        List<String> direct = hear(rig, rig.direct(), bytes, leaving);
        List<String> rows = rows(rig);
        assertThat(hear(rig, rig.client(), bytes, leaving)).isEqualTo(direct);
        assertThat(rows(rig)).isEqualTo(rows);
    }

    private static List<String> hear(Rig rig, WireClient client, byte[] bytes, Leaving leaving) {
        rig.execute("drop table if exists ends; create table ends (s text)");
        rig.awaitIdle(); // who must wait for a connection is dropped
        leaving.leave(client, bytes);
        List<String> heard = new ArrayList<>();
        try {
            while (true) {
                heard.add(client.read().summary());
            }
        } catch (UncheckedIOException end) {
            assertThat(end).hasMessage("the peer closed the connection");
            return heard;
        }
    }

    private static List<String> rows(Rig rig) {
        try (WireClient reader = rig.direct()) {
            return reader.query("select s from ends").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(Object::toString)
                    .toList();
        }
    }

    private static void leavesSilently(Rig rig, byte[] bytes) {
        hear(rig, rig.direct(), bytes, EndOfClientIT::closesOutput);
        List<String> rows = rows(rig);
        rig.execute("truncate ends");
        WireClient client = rig.client();
        rig.awaitIdle();
        client.send(bytes);
        client.close();
        await().untilAsserted(() -> assertThat(rows(rig)).isEqualTo(rows));
        rig.awaitEmpty();
        assertThat(rows(rig)).isEqualTo(rows);
    }

    // --- what may last ---------------------------------------------------------------------------

    @Test
    void whoNeverReadsTheAnswersIsClosed() {
        try (Rig rig = single("client_write_timeout = 1");
                WireClient deaf = rig.client()) {
            deaf.send(query("select repeat('x', 1000) from generate_series(1, 100000)"));
            deaf.closeOutput();
            rig.awaitEmpty();
            rig.serves();
        }
    }

    @Test
    void whatDoesNotEndIsEndedByTheQueryTimeout() {
        byte[] forEver = query("select pg_sleep(1000)");
        byte[] unended =
                concat(parse("", "select pg_sleep(1000)"), bind("", ""), execute("", 0), flush());
        byte[] pinned = concat(query("select pg_advisory_lock(8)"), forEver);
        byte[] part = concat(forEver, Arrays.copyOf(forEver, 9));
        try (Rig rig = single("query_timeout = 0.25", "max_pinned = 1")) {
            for (byte[] bytes : List.of(forEver, unended, pinned, part)) {
                WireClient listens = rig.client();
                closesOutput(listens, bytes);
                rig.awaitEmpty();
                WireClient gone = rig.client();
                rig.awaitIdle();
                gone.send(bytes);
                gone.close();
                rig.awaitEmpty();
                rig.serves();
            }
        }
    }

    @Test
    void aShutdownWaitsForTheAnswers() throws InterruptedException {
        try (Rig rig = single()) {
            WireClient leaving = rig.client();
            rig.awaitIdle();
            closesOutput(leaving, query("select pg_sleep(0.5)"));
            rig.awaitCounts(now -> assertThat(now.get(Metric.SERVERS_ACTIVE)).isEqualTo(1));
            rig.weir().shutDown(Control.Shutdown.WAIT_FOR_CLIENTS);
            assertThat(leaving.readUntilReady()).last().hasToString("Z I");
            rig.weir().awaitEnd();
        }
    }

    private static Rig single(String... settings) {
        var all = new ArrayList<>(List.of(settings));
        all.add("default_pool_size = 1");
        return Rig.before(Rig.postgres(), all.toArray(String[]::new));
    }

    // --- who waits ------------------------------------------------------------------------------

    @Test
    void whoLeavesWhileItWaitsIsForgotten() {
        one.execute("drop table if exists ends; create table ends (s text)");
        WireClient holder = one.client();
        holder.query("begin");
        WireClient leaving = one.client();
        leaving.send(query("insert into ends values ('late')"));
        one.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
        holder.query("select 1");
        leaving.close();
        one.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isZero());
        holder.query("commit");
        one.awaitIdle();
        assertThat(rows(one)).isEmpty();
    }

    @Test
    void whoTakesLeaveInTheSamePacketIsServedInItsTurn() {
        one.execute("drop table if exists ends; create table ends (s text)");
        WireClient holder = one.client();
        holder.query("begin");
        WireClient leaving = one.client();
        leaving.send(query("insert into ends values ('in time')"), terminate());
        leaving.close();
        one.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
        holder.query("commit");
        await().untilAsserted(() -> assertThat(rows(one)).containsExactly("D in time"));
    }
}
