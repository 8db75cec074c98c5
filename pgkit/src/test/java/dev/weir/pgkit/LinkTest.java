package dev.weir.pgkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init")
final class LinkTest {
    private static PgCluster cluster;
    private Link link;

    @BeforeAll
    static void startCluster() {
        cluster = PgCluster.start();
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void openLink() {
        link = Link.to(cluster.primary());
    }

    @AfterEach
    void closeLink() {
        link.close();
    }

    private WireClient login() {
        WireClient client = WireClient.connect(link.host(), link.port());
        client.login("postgres", "postgres");
        return client;
    }

    @Test
    void forwardsAndCounts() {
        try (WireClient client = login()) {
            long before = link.bytesToServer();
            assertThat(client.query("SELECT 1")).extracting(Message::summary).contains("D 1");
            assertThat(link.bytesToServer() - before).isEqualTo(Wire.query("SELECT 1").length);
            assertThat(link.connections()).isEqualTo(1);
            client.send(Wire.terminate());
            assertThat(client.isClosedByPeer()).isTrue();
        }
        Await.until("the link to forget it", Duration.ofSeconds(5), () -> link.connections() == 0);
        assertThat(link.accepted()).isEqualTo(1);
    }

    @Test
    void delaysButDoesNotSlowDownWhatIsPipelined() {
        try (WireClient client = login()) {
            link.delay(Duration.ofMillis(50));
            long begin = System.nanoTime();
            for (int i = 0; i < 20; i++) {
                client.send(Wire.query("SELECT " + i));
            }
            client.readUntilReady(20);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertThat(took).isBetween(Duration.ofMillis(100), Duration.ofMillis(1_800));
        }
    }

    @Test
    void dribblesByteByByteAndLosesNone() {
        link.dribble(true);
        try (WireClient client = login()) {
            assertThat(client.query("SELECT repeat('x', 5000)").get(1).row().getFirst())
                    .isEqualTo("x".repeat(5000));
        }
    }

    @Test
    void changesAndDropsChunks() {
        try (WireClient client = login()) {
            link.toServer(chunk ->
                    new String(chunk, StandardCharsets.UTF_8)
                            .replace("SELECT 1", "SELECT 2")
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(client.query("SELECT 1")).extracting(Message::summary).contains("D 2");
            link.toServer(chunk -> null);
            client.send(Wire.query("SELECT 1"));
            assertThat(client.tryRead(Duration.ofMillis(100))).isNull();
        }
    }

    @Test
    void aChangeThatFailsCutsRatherThanHangs() {
        try (WireClient client = login()) {
            link.toClient(chunk -> {
                throw new IllegalStateException("on purpose");
            });
            client.send(Wire.query("SELECT 1"));
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void stallsUntilItGoesOn() {
        try (WireClient client = login()) {
            link.stall();
            client.send(Wire.query("SELECT 1"));
            assertThat(client.tryRead(Duration.ofMillis(100))).isNull();
            link.go();
            assertThat(client.summaries()).contains("D 1");
        }
    }

    @Test
    void aStallFillsTheWindowOfTheSender() throws IOException {
        try (ServerSocket server = new ServerSocket(0);
                Link bulk = Link.to("127.0.0.1", server.getLocalPort());
                WireClient client = WireClient.connect(bulk.host(), bulk.port());
                Socket peer = server.accept()) {
            bulk.stall();
            Thread sender = Thread.ofVirtual().start(() -> sendUntilItFails(client));
            Await.until(
                    "the sender to block",
                    Duration.ofSeconds(20),
                    () -> sender.getState() == Thread.State.WAITING);
            assertThat(bulk.bytesToServer()).isZero();
            assertThat(peer.isClosed()).isFalse();
        }
    }

    private static void sendUntilItFails(WireClient client) {
        byte[] much = new byte[1 << 26];
        try {
            client.send(much);
        } catch (UncheckedIOException cut) {
            assertThat(cut).hasMessageContaining("cannot send");
        }
    }

    @Test
    void aCutResetsBothPeers() {
        try (WireClient client = login()) {
            int pid = client.processId();
            link.cut();
            assertThatThrownBy(client::read).hasRootCauseMessage("Connection reset");
            assertThat(link.connections()).isZero();
            Await.until(
                    "the server to notice",
                    Duration.ofSeconds(10),
                    () ->
                            cluster.primary()
                                    .queryText(
                                            "SELECT count(*) FROM pg_stat_activity WHERE pid = "
                                                    + pid)
                                    .equals("0"));
        }
    }

    @Test
    void passesAResetOn() {
        try (WireClient client = login()) {
            int pid = client.processId();
            client.reset();
            Await.until(
                    "the server to notice",
                    Duration.ofSeconds(10),
                    () ->
                            cluster.primary()
                                    .queryText(
                                            "SELECT count(*) FROM pg_stat_activity WHERE pid = "
                                                    + pid)
                                    .equals("0"));
        }
    }

    @Test
    void cutsAfterSoManyBytes() {
        try (WireClient client = login()) {
            link.maxBytesThenCut(6);
            client.send(Wire.query(""));
            assertThat(client.read()).hasToString("I");
            assertThatThrownBy(client::read).isInstanceOf(UncheckedIOException.class);
        }
        assertThat(login().query("SELECT 1")).extracting(Message::summary).contains("D 1");
    }

    @Test
    void halfClosesTowardTheServer() {
        try (WireClient client = login()) {
            client.send(Wire.query("SELECT 1"));
            client.readUntilReady();
            link.halfClose();
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void halfClosesTowardTheClientWhoCanStillSend() throws IOException {
        try (ServerSocket server = new ServerSocket(0);
                Link half = Link.to("127.0.0.1", server.getLocalPort());
                WireClient client = WireClient.connect(half.host(), half.port());
                Socket peer = server.accept()) {
            Await.until("the link", Duration.ofSeconds(5), () -> half.connections() == 1);
            half.halfCloseToClient();
            assertThat(client.isClosedByPeer()).isTrue();
            client.send(new byte[] {7});
            assertThat(peer.getInputStream().read()).isEqualTo(7);
            client.closeOutput();
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void refusesAndComesBackOnTheSamePort() {
        login().close();
        link.refuse(true);
        assertThatThrownBy(this::login).hasRootCauseMessage("Connection refused");
        link.refuse(false);
        login().close();
        link.hangUp(true);
        assertThatThrownBy(this::login).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void resetsTheClientWhereTheServerIsDown() {
        link.redirect("127.0.0.1", Ports.free());
        // The reset may arrive during connect() or after it.
        assertThatThrownBy(this::login).isInstanceOf(UncheckedIOException.class);
    }
}
