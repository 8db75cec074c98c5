package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.ConfigException;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passwords that change while clients come and go and others stay: who has the right one never sees
 * an error. Server connections are opened all the time, since they live for a second. The figures
 * are printed.
 */
class RotationIT {
    private static final int ROTATIONS = Rig.SOAK ? 100 : 2;
    private static PgCluster cluster;
    private static PgNode node;

    @TempDir private Path directory;

    @BeforeAll
    static void start() {
        cluster =
                PgCluster.builder()
                        .hba("host all postgres 127.0.0.1/32 trust")
                        .hba("host all all 127.0.0.1/32 scram-sha-256")
                        .start();
        node = cluster.primary();
        node.execute("create role bob login");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    /** How a new password becomes known to Weir. */
    @FunctionalInterface
    private interface Rotation {
        void to(Rig rig, String password);
    }

    /** Both passwords work while both places are changed, as far as Weir is concerned. */
    @Test
    void throughTheUsersFile() throws IOException {
        Path file = users("one");
        server("one");
        try (Rig rig = rig("auth_file = " + file)) {
            rotate(
                    "auth_file and RELOAD",
                    rig,
                    (at, password) -> {
                        server(password);
                        users(password);
                        reload(at);
                    });
        }
    }

    @Test
    void throughAuthQuery() {
        server("one");
        try (Rig rig = rig("auth_user = postgres")) {
            rotate("auth_query", rig, (at, password) -> server(password));
        }
    }

    /** Weir never has the password: only what SCRAM reveals at a login. */
    @Test
    void throughTheUsersFileWithoutThePassword() throws IOException {
        server("one");
        try (Rig rig = rig("auth_file = " + users(stored()))) {
            rotate(
                    "pass-through",
                    rig,
                    (at, password) -> {
                        server(password);
                        users(stored());
                        reload(at);
                    });
        }
    }

    private static void server(String password) {
        node.execute("alter role bob password '" + password + "'");
    }

    private static String stored() {
        return node.queryText("select rolpassword from pg_authid where rolname = 'bob'");
    }

    private Path users(String secret) {
        try {
            Path next =
                    Files.writeString(directory.resolve("next"), "\"bob\" \"" + secret + "\"\n");
            return Files.move(
                    next,
                    directory.resolve("users"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void reload(Rig rig) {
        try {
            rig.weir().users().prepare(rig.config()).run();
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Rig rig(String setting) {
        return Rig.before(
                node,
                "auth_type = scram-sha-256",
                "default_pool_size = 4",
                "server_lifetime = 1",
                setting);
    }

    // --- the load -----------------------------------------------------------------------------

    private static void rotate(String way, Rig rig, Rotation rotation) {
        var load = new Load(rig);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofVirtual().start(load::comeAndGo));
            threads.add(Thread.ofVirtual().start(load::stay));
        }
        for (int i = 0; i < ROTATIONS; i++) {
            load.awaitMore(50);
            String next = "password-" + i;
            load.changing = next;
            rotation.to(rig, next);
            load.password = next;
            awaitNewConnections();
        }
        load.over.set(true);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> threads.stream().noneMatch(Thread::isAlive));
        System.out.printf(
                "rotation by %s: %d times, %d transactions, %d logins, %d refused with the old"
                        + " password, %d errors%n",
                way,
                ROTATIONS,
                load.transactions.get(),
                load.logins.get(),
                load.refused.get(),
                load.errors.size());
        assertThat(load.errors).as("errors of those with the right password").isEmpty();
        assertThat(load.transactions.get()).isGreaterThan(50 * ROTATIONS);
        assertThat(load.logins.get()).isPositive();
    }

    /** Until the pool has logged in with the new password. */
    private static void awaitNewConnections() {
        String now = node.queryText("select clock_timestamp()");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() ->
                        node.queryText(
                                        "select count(*) > 1 from pg_stat_activity where usename ="
                                                + " 'bob' and backend_start > '"
                                                + now
                                                + "'")
                                .equals("t"));
    }

    private static final class Load {
        private final Rig rig;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicInteger transactions = new AtomicInteger();
        private final AtomicInteger logins = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final Queue<String> errors = new ConcurrentLinkedQueue<>();
        private volatile String password = "one";
        private volatile String changing = "one";

        Load(Rig rig) {
            this.rig = rig;
        }

        void comeAndGo() {
            while (!over.get()) {
                String mine = password;
                try (WireClient client = rig.connect()) {
                    client.login("bob", "app", mine);
                    logins.incrementAndGet();
                    query(client);
                } catch (ServerError e) {
                    if (mine.equals(changing)) {
                        errors.add(e.getMessage());
                    } else {
                        assertThat(e.sqlState()).isEqualTo("28P01");
                        refused.incrementAndGet();
                    }
                } catch (RuntimeException e) {
                    errors.add(e.toString());
                }
            }
        }

        void stay() {
            try (WireClient client = rig.connect()) {
                client.login("bob", "app", password);
                while (!over.get()) {
                    query(client);
                }
            } catch (RuntimeException e) {
                errors.add("one that stayed: " + e);
            }
        }

        private void query(WireClient client) {
            String answer = client.query("select 1").toString();
            if (answer.contains("D 1")) {
                transactions.incrementAndGet();
            } else {
                errors.add(answer);
            }
        }

        void awaitMore(int count) {
            int goal = transactions.get() + count;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> transactions.get() >= goal);
        }
    }
}
