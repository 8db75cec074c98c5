package dev.weir.session;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.closePortal;
import static dev.weir.pgkit.Wire.concat;
import static dev.weir.pgkit.Wire.copyData;
import static dev.weir.pgkit.Wire.describeStatement;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.flush;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** EDGE-CASES A: wrong rows to the wrong client. One server connection shows every slip. */
final class DesynchronisationIT {
    @RegisterExtension
    static final Rig weir = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    private static void assertNextClientSeesOnlyItsOwn() {
        assertThat(weir.client().query("select 'B'"))
                .extracting(Message::summary)
                .containsExactly("T ?column?(25)", "D B", "C SELECT 1", "Z I");
    }

    @Test
    void aClientThatVanishesInAPipelineLeavesNothing() {
        WireClient a = weir.client();
        a.send(parse("", "select 'A'"), bind("", ""), execute("", 0));
        a.reset();

        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aClientThatVanishesWithResultsUnreadLeavesNothing() {
        WireClient a = weir.client();
        for (int i = 0; i < 3; i++) {
            a.send(
                    parse("", "select repeat('x', 1000) from generate_series(1, 17000)"),
                    bind("", ""),
                    execute("", 0));
        }
        a.send(sync());
        assertThat(a.read().tag()).isEqualTo('1');
        a.reset();

        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aPartOfAMessageIsNeverFollowedByAnothersQuery() {
        byte[] large = query("select '" + "q".repeat(1_000_000) + "'");
        WireClient a = weir.client();
        a.send(Arrays.copyOf(large, large.length * 6 / 10));
        weir.awaitCounts(now -> assertThat(now.get(Metric.SERVERS_ACTIVE)).isEqualTo(1));
        a.reset();

        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aCopyCutInTheMiddleOfItsDataLeavesNothing() {
        WireClient a = weir.client();
        a.query("drop table if exists cut; create table cut (s text)");
        a.send(query("copy cut from stdin"));
        assertThat(a.read().tag()).isEqualTo('G');
        byte[] data = copyData(new byte[500_000]);
        a.send(Arrays.copyOf(data, 100_000));
        a.reset();

        // At once: the server waits for the rest of the message, and would wait for ever.
        WireClient b = weir.client();
        b.send(query("select count(*) from cut"));
        assertThat(b.tryRead(Duration.ofSeconds(5))).as("the next client is served").isNotNull();
        assertThat(b.readUntilReady()).extracting(Message::summary).contains("D 0");
    }

    @Test
    void aBatchWithoutSyncKeepsItsConnection() {
        WireClient a = weir.client();
        WireClient b = weir.client();
        a.send(parse("f", "select 1"), describeStatement("f"), flush());
        assertThat(List.of(a.read().tag(), a.read().tag(), a.read().tag()))
                .containsExactly('1', 't', 'T');

        b.send(query("select 'B'"));
        weir.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
        assertThat(b.tryRead(Duration.ofMillis(50))).isNull();

        a.send(sync());
        assertThat(a.summaries()).containsExactly("Z I");
        assertThat(b.summaries()).contains("D B");
    }

    @Test
    void aSuspendedPortalKeepsItsConnection() {
        WireClient a = weir.client();
        WireClient b = weir.client();
        a.send(
                parse("", "select generate_series(1, 25)"),
                bind("po", ""),
                execute("po", 10),
                flush());
        readUntil(a, 's');
        b.send(query("select 'B'"));
        weir.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
        a.send(execute("po", 10), flush());
        readUntil(a, 's');

        a.send(closePortal("po"), sync());

        assertThat(a.summaries()).containsExactly("3", "Z I");
        assertThat(b.summaries()).contains("D B");
    }

    private static void readUntil(WireClient client, char tag) {
        Message message = client.read();
        while (message.tag() != tag) {
            message = client.read();
        }
    }

    @Test
    void syncsInOneWriteAreAnsweredInOrder() {
        WireClient a = weir.client();
        WireClient b = weir.client();
        byte[] all = parse("p", "select $1::text");
        for (String value : List.of("1", "2", "3")) {
            all = concat(all, bind("", "p", value), execute("", 0), sync());
        }
        a.send(all);
        b.send(query("select 'B'"));

        assertThat(a.readUntilReady(3))
                .extracting(Message::summary)
                .containsExactly(
                        "1",
                        "2",
                        "D 1",
                        "C SELECT 1",
                        "Z I",
                        "2",
                        "D 2",
                        "C SELECT 1",
                        "Z I",
                        "2",
                        "D 3",
                        "C SELECT 1",
                        "Z I");
        assertThat(b.summaries()).contains("D B");
    }

    @Test
    void anErrorIsToldBeforeSync() {
        WireClient a = weir.client();
        a.query("select 1");

        a.send(bind("", "nope"));

        Message error = a.tryRead(Duration.ofSeconds(2));
        assertThat(error).isNotNull();
        assertThat(error.sqlState()).isEqualTo("26000");
    }

    @Test
    void messagesSplitAtEveryByteAreTheSame() {
        byte[] all =
                concat(
                        parse("s", "select $1::text"),
                        bind("", "s", "v"),
                        execute("", 0),
                        sync(),
                        query("select 2"));
        WireClient a = weir.client();
        for (byte one : all) {
            a.send(new byte[] {one});
        }

        assertThat(a.readUntilReady(2))
                .extracting(Message::summary)
                .containsExactly(
                        "1",
                        "2",
                        "D v",
                        "C SELECT 1",
                        "Z I",
                        "T ?column?(23)",
                        "D 2",
                        "C SELECT 1",
                        "Z I");
    }

    @Test
    void impossibleLengthsEndTheClientAlone() {
        for (int length : new int[] {0, 1, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            WireClient a = weir.client();
            a.send(ByteBuffer.allocate(5).put((byte) 'Q').putInt(length).array());

            Message error = a.read();
            assertThat(error.sqlState()).as("length %d", length).isEqualTo("08P01");
            assertThat(error.fields()).containsEntry('S', "FATAL");
            assertThat(a.isClosedByPeer()).isTrue();
        }
        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void unknownTypesEndTheClientAlone() {
        for (int type : new int[] {0, 1, 'A', 'Z', 'p', 'y', 127, 128, 255}) {
            WireClient a = weir.client();
            a.send(new byte[] {(byte) type, 0, 0, 0, 4});
            assertThat(a.read().sqlState()).as("type %d", type).isEqualTo("08P01");
        }
        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aConnectionThatDiedInThePoolIsNotHandedOut() {
        WireClient a = weir.client();
        Message row = a.query("select pg_backend_pid()").get(1);
        weir.node().execute("select pg_terminate_backend(" + row.row().getFirst() + ", 5000)");

        assertThat(a.query("select 'A'")).extracting(Message::summary).contains("D A");
        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aConnectionThatDiesUnderAQueryLeavesNothing() {
        WireClient a = weir.client();
        String pid = String.valueOf(a.query("select pg_backend_pid()").get(1).row().getFirst());
        a.send(query("do $$begin raise notice 'on'; perform pg_sleep(60); end$$"));
        assertThat(a.read().tag()).isEqualTo('N');
        weir.node().execute("select pg_terminate_backend(" + pid + ", 5000)");

        assertThat(a.summaries()).hasSize(2).last().isEqualTo("Z I");
        assertThat(a.query("select 'A'")).extracting(Message::summary).contains("D A");
        assertNextClientSeesOnlyItsOwn();
    }

    @Test
    void aClientThatSendsMuchAndReadsLateIsServedWithoutDeadlock() throws InterruptedException {
        WireClient a = weir.client();
        a.query("drop table if exists duplex; create table duplex (i int, s text)");
        byte[] one = concat(bind("", "ins", "1", "r".repeat(2_000)), execute("", 0));
        a.send(parse("ins", "insert into duplex values ($1, $2) returning i, s"));
        int count = 5_000;
        Thread writer =
                Thread.ofVirtual()
                        .start(() -> {
                            for (int i = 0; i < count; i++) {
                                a.send(one);
                            }
                            a.send(sync());
                        });

        List<Message> answers = a.readUntilReady();

        assertThat(answers.stream().filter(m -> m.tag() == 'D')).hasSize(count);
        writer.join();
    }

    @Test
    void aTransactionEndsWithItsClient() {
        WireClient a = weir.client();
        a.query("drop table if exists left_open; create table left_open (i int)");
        a.query("begin");
        a.query("insert into left_open values (1)");
        a.reset();

        assertThat(weir.client().query("select count(*) from left_open"))
                .extracting(Message::summary)
                .contains("D 0");
    }
}
