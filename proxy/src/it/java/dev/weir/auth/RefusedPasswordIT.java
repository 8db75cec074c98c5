package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.ConfigException;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that refuses the secret that Weir has: what clients see, and how it heals. */
class RefusedPasswordIT {
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
        node.execute("create role bob login; create role amy login password 'moon'");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void reset() {
        node.execute("alter role bob password 'sun'");
    }

    private static String secret(String user) {
        return node.queryText("select rolpassword from pg_authid where rolname = '" + user + "'");
    }

    private Path users(String... pairs) throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            lines.append('"' + pairs[i] + "\" \"" + pairs[i + 1] + "\"\n");
        }
        return Files.writeString(directory.resolve("users"), lines);
    }

    private static void reload(Rig rig) {
        try {
            rig.weir().users().prepare(rig.config()).run();
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private static WireClient login(Rig rig, String user, String password) {
        WireClient client = rig.connect();
        client.login(user, "app", password);
        return client;
    }

    private static void works(Rig rig, String user, String password) {
        try (WireClient client = login(rig, user, password)) {
            assertThat(client.query("select current_user"))
                    .extracting(Object::toString)
                    .contains("D " + user);
        }
    }

    private static void endServerConnections() {
        node.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                        + " where usename in ('bob', 'amy')");
    }

    @Test
    void aScramSecretOpensNothingBeforeTheFirstLogin() throws IOException {
        try (Rig rig =
                Rig.before(
                        node, "auth_type = trust", "auth_file = " + users("bob", secret("bob")))) {
            assertThatThrownBy(() -> login(rig, "bob", ""))
                    .hasMessageContaining("28P01")
                    .hasMessageContaining("once a client has logged in with its password");
        }
    }

    /** Two nodes that have the same password with other salts: a key opens one of them. */
    @Test
    void aKeyDoesNotFitAnotherSalt() throws IOException {
        Path file = users("bob", secret("bob"));
        node.execute("alter role bob password 'sun'");
        try (Rig rig = Rig.before(node, "auth_type = scram-sha-256", "auth_file = " + file)) {
            assertThatThrownBy(() -> login(rig, "bob", "sun"))
                    .hasMessageContaining("28P01")
                    .hasMessageContaining("SCRAM secret of the server differs");
        }
    }

    @Test
    void aKeyThatIsRefusedMakesWayForTheNextLogin() throws IOException {
        Path file = users("bob", secret("bob"));
        try (Rig rig = Rig.before(node, "auth_type = scram-sha-256", "auth_file = " + file);
                WireClient old = login(rig, "bob", "sun")) {
            node.execute("alter role bob password 'rain'");
            users("bob", secret("bob"));
            reload(rig);
            assertThat(old.query("select 1")).as("its connection lives").isNotEmpty();
            endServerConnections();
            rig.awaitIdle();
            old.send(Wire.query("select 2"));
            assertThat(old.read().toString()).startsWith("E 28P01 SCRAM secret of the server");
            works(rig, "bob", "rain");
        }
    }

    /** Neither the refused user's own clients nor a slow retry try it over and over. */
    @Test
    void aRefusedPasswordIsNotTriedInALoop() {
        try (Link link = Link.to(node);
                Rig rig =
                        Rig.with(
                                "app = dbname=postgres user=bob password=wrong host=127.0.0.1 port="
                                        + link.port(),
                                "auth_type = any")) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> rig.client("anybody", "app"))
                        .hasMessageStartingWith("E 28P01 ")
                        .hasMessageContaining("password authentication failed for user \"bob\"");
            }
            assertThat(link.accepted()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void everybodyWhoWaitsIsTold() throws InterruptedException, ExecutionException {
        try (Rig rig =
                        Rig.with(
                                "app = dbname=postgres user=bob password=wrong host=127.0.0.1 port="
                                        + node.port(),
                                "auth_type = any");
                var threads = Executors.newFixedThreadPool(20)) {
            List<Future<String>> logins = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                logins.add(
                        threads.submit(() -> {
                            try (WireClient client = rig.client("anybody", "app")) {
                                return "in, by pid " + client.processId();
                            } catch (ServerError e) {
                                return e.getMessage();
                            }
                        }));
            }
            for (Future<String> login : logins) {
                assertThat(login.get())
                        .isEqualTo("E 28P01 password authentication failed for user \"bob\"");
            }
        }
    }

    @Test
    void oneUsersRefusalIsNobodyElses() throws IOException {
        try (Rig rig =
                Rig.before(
                        node,
                        "auth_type = md5",
                        "auth_file = " + users("bob", "wrong", "amy", "moon"))) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> login(rig, "bob", "wrong")).hasMessageContaining("28P01");
                works(rig, "amy", "moon");
            }
        }
    }

    @Test
    void aReloadWithTheRightPasswordCountsAtOnce() throws IOException {
        try (Rig rig =
                Rig.before(node, "auth_type = trust", "auth_file = " + users("bob", "wrong"))) {
            assertThatThrownBy(() -> login(rig, "bob", "")).hasMessageContaining("28P01");
            users("bob", "sun!");
            reload(rig);
            assertThatThrownBy(() -> login(rig, "bob", "")).hasMessageContaining("28P01");
            users("bob", "sun");
            reload(rig);
            works(rig, "bob", "");
        }
    }

    @Test
    void aPasswordFileIsReadWhenItChanges() throws IOException {
        Path file = directory.resolve("token");
        try (Rig rig =
                Rig.with(
                        "app = dbname=postgres user=bob host=127.0.0.1 port="
                                + node.port()
                                + " password_file="
                                + file,
                        "auth_type = any")) {
            assertThatThrownBy(() -> rig.client("anybody", "app"))
                    .hasMessageContaining("28P01")
                    .hasMessageContaining("token\" does not exist");
            Files.writeString(file, "sun\n");
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(ServerError.class)
                    .until(() -> served(rig));
            node.execute("alter role bob password 'rain'");
            assertThat(served(rig)).as("its connection lives").isTrue();
            endServerConnections();
            rig.awaitIdle();
            Files.writeString(file, "rain\n");
            assertThat(served(rig)).isTrue();
        }
    }

    private static boolean served(Rig rig) {
        try (WireClient client = rig.client("anybody", "app")) {
            return client.query("select 1").toString().contains("D 1");
        }
    }
}
