package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PostgreSQL goes away, and comes back: who notices. */
final class AwayServerIT {
    private static final String HBA = "host all all 127.0.0.0/8 scram-sha-256";

    private static final Duration LONG = Duration.ofMinutes(1);

    private PgCluster cluster;
    private PgNode node;

    /** How a server goes away. */
    enum Departure {
        FAST,
        IMMEDIATE,
        KILLED;

        void of(PgNode node) {
            switch (this) {
                case FAST -> node.stop(StopMode.FAST);
                case IMMEDIATE -> node.stop(StopMode.IMMEDIATE);
                case KILLED -> node.kill();
            }
        }
    }

    @BeforeEach
    void start() {
        cluster =
                PgCluster.builder()
                        .setting("listen_addresses", "127.0.0.1,127.0.0.2")
                        .hba("host all postgres 127.0.0.0/8 trust")
                        .hba(HBA)
                        .start();
        node = cluster.primary();
        node.execute("create role bob login password 'sun'");
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private static <T> CompletableFuture<T> meanwhile(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, task -> Thread.ofVirtual().start(task));
    }

    private static String value(List<Message> answer) {
        return answer.stream()
                .filter(message -> message.tag() == 'D')
                .map(message -> message.row().getFirst())
                .findFirst()
                .orElseGet(answer::toString);
    }

    private static List<OutageSnapshot> outages(Rig rig) {
        return rig.weir().pools().of(null).stream()
                .flatMap(pool -> pool.outages().stream())
                .toList();
    }

    private static void awaitWaiting(Rig rig, int count) {
        rig.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(count));
    }

    private static Map<String, String> named(String name) {
        return Map.of("user", Rig.USER, "database", Rig.DATABASE, "application_name", name);
    }

    @ParameterizedTest
    @EnumSource
    void aRestartIsNoticedOnlyInTransactions(Departure departure) {
        try (LogLines lines = LogLines.beginAt(Level.INFO);
                Rig rig = Rig.before(node, "default_pool_size = 5", "server_login_retry = 0.5");
                WireClient idle = rig.client();
                WireClient waiting = rig.client();
                WireClient busy = rig.client()) {
            assertThat(value(idle.query("select 'idle'"))).isEqualTo("idle");
            busy.query("begin");
            busy.query("select 'begun'");
            departure.of(node);
            await("its connection is gone")
                    .until(() -> rig.counts().get(Metric.SERVERS_ACTIVE) == 0);
            waiting.send(Wire.query("select 'waited'"));
            CompletableFuture<String> known =
                    meanwhile(() -> {
                        try (WireClient client = rig.client()) {
                            return value(client.query("select 'known'"));
                        }
                    });
            awaitWaiting(rig, 2);
            CompletableFuture<String> unknown =
                    meanwhile(() -> {
                        try (WireClient client = rig.client(named("never seen"))) {
                            return value(client.query("show application_name"));
                        }
                    });
            awaitWaiting(rig, 3);
            // the server is tried meanwhile, and nobody is told
            await().until(() -> outages(rig).getFirst().tries() > 3);
            node.start();

            assertThat(waiting.readUntilReady()).extracting(Message::summary).contains("D waited");
            assertThat(known).succeedsWithin(LONG).isEqualTo("known");
            assertThat(unknown).succeedsWithin(LONG).isEqualTo("never seen");
            assertThat(value(idle.query("select 'idle still'"))).isEqualTo("idle still");
            assertThat(busy.query("select 'gone'")).extracting(Message::tag).contains('E');
            busy.query("rollback");
            assertThat(value(busy.query("select 'busy still'"))).isEqualTo("busy still");
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("server_unreachable pool=app/postgres"))
                    .as("one line when it begins")
                    .hasSize(1);
            assertThat(lines.all())
                    .filteredOn(line -> line.contains("server_reachable pool=app/postgres"))
                    .singleElement()
                    .asString()
                    .as("and one when it ends")
                    .containsPattern("after_ms=\\d+ waited=3");
        }
    }

    /** Who is welcome was known before; what is told is what the server told last. */
    @Test
    void aClientLogsInThoughTheServerIsAway() {
        try (Rig rig = Rig.before(node);
                WireClient first = rig.client()) {
            first.query("select 1");
            node.stop();
            first.send(Wire.query("select 'later'"));
            await("the outage is known").until(() -> !outages(rig).isEmpty());
            try (WireClient second = rig.client()) {
                assertThat(second.parameters()).isEqualTo(first.parameters());
                node.start();
                assertThat(first.readUntilReady()).extracting(Message::summary).contains("D later");
                assertThat(value(second.query("select 'here'"))).isEqualTo("here");
            }
        }
    }

    /** What its kernel has accepted for a server that dies is reset at the first byte. */
    @Test
    void aServerThatHangsUpBeforeItSaysWhetherItHasTlsIsAway() {
        var left = new AtomicInteger(3);
        try (Link link = Link.to(node);
                Rig rig =
                        Rig.before(
                                link, "server_tls_sslmode = prefer", "server_login_retry = 0.2")) {
            link.toServer(chunk -> {
                if (left.getAndDecrement() > 0) {
                    link.cut();
                    return null;
                }
                return chunk;
            });
            rig.serves();
        }
        assertThat(left.get()).isNegative();
    }

    @Test
    void aLoginThatNeedsAuthQueryWaits() {
        try (Link link = Link.to(node);
                Rig rig =
                        Rig.before(
                                link,
                                "auth_type = scram-sha-256",
                                "auth_user = postgres",
                                "auth_query_timeout = 1")) {
            link.refuse(true);
            CompletableFuture<String> login =
                    meanwhile(() -> {
                        try (WireClient client = rig.connect()) {
                            client.login("bob", "app", "sun");
                            return value(client.query("select current_user"));
                        }
                    });
            await("longer than auth_query_timeout")
                    .until(() -> lasts(rig, Duration.ofMillis(2_500)));
            assertThat(login).isNotDone();
            link.refuse(false);
            assertThat(login).succeedsWithin(LONG).isEqualTo("bob");
        }
    }

    private static boolean lasts(Rig rig, Duration least) {
        return outages(rig).stream().anyMatch(one -> one.lastsNanos() > least.toNanos());
    }

    /** While one of two hosts is away, the other serves, and nobody waits for the first. */
    @Test
    void theOtherHostServes() {
        for (String balance : List.of("", " load_balance_hosts=disable")) {
            long start = System.nanoTime();
            try (Rig rig =
                    Rig.with(
                            "app = host=127.0.0.3,127.0.0.1 port=%d dbname=postgres%s"
                                    .formatted(node.port(), balance),
                            "server_login_retry = 60",
                            "server_lifetime = 0")) {
                for (int i = 0; i < 10; i++) {
                    rig.serves();
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(30));
        }
    }

    /** First come, first served, and only a few at first. */
    @Test
    void thoseWhoWaitAreServedInTheirOrder() {
        try (Rig rig = Rig.before(node, "default_pool_size = 1", "server_login_retry = 0.2")) {
            List<WireClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(rig.client());
            }
            clients.getFirst().query("create sequence turn");
            node.stop();
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).send(Wire.query("select nextval('turn')"));
                awaitWaiting(rig, i + 1);
            }
            node.start();
            for (int i = 0; i < clients.size(); i++) {
                assertThat(clients.get(i).readUntilReady())
                        .extracting(Message::summary)
                        .contains("D " + (i + 1));
                clients.get(i).close();
            }
        }
    }

    @Test
    void holdEndsTheWait() {
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, "hold = 1", "server_login_retry = 0.2")) {
            link.refuse(true);
            long start = System.nanoTime();
            assertThatThrownBy(rig::client)
                    .hasMessageContaining("08006")
                    .hasMessageContaining("refused");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(10));
            link.refuse(false);
            await().ignoreExceptions().untilAsserted(rig::serves);
        }
    }

    @Test
    void moreThanHoldMaxClientsDoNotWait() {
        try (Link link = Link.to(node);
                Rig rig = Rig.before(link, "hold_max_clients = 1", "server_login_retry = 0.2")) {
            link.refuse(true);
            CompletableFuture<String> first =
                    meanwhile(() -> {
                        try (WireClient client = rig.client()) {
                            return value(client.query("select 'first'"));
                        }
                    });
            await("it is counted")
                    .until(() -> outages(rig).stream().anyMatch(one -> one.waiting() == 1));
            assertThatThrownBy(rig::client)
                    .hasMessageContaining("53300")
                    .hasMessageContaining("hold_max_clients");
            link.refuse(false);
            assertThat(first).succeedsWithin(LONG).isEqualTo("first");
        }
    }
}
