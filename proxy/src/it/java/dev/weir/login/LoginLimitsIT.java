package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What strangers can and cannot do. */
class LoginLimitsIT {
    private static final String EXPIRED = "expired_role";

    @TempDir private Path folder;

    private Rig rig(String... settings) {
        Path users =
                LoginAttempt.write(folder.resolve("users"), "\"bob\" \"secret\"\n\"none\" \"\"\n");
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "auth_type = scram-sha-256";
        all[settings.length + 1] = "auth_file = " + users;
        return Rig.with(LoginAttempt.entry("app"), all);
    }

    @Test
    void anAddressThatFailsTooOftenIsNotHeard() {
        try (LogLines lines = LogLines.beginAt(Level.DEBUG);
                Rig rig = rig("max_failed_logins = 3", "auth_failure_delay = 0")) {
            for (int i = 0; i < 3; i++) {
                assertThat(LoginAttempt.tcp(rig, "bob", "app", "wrong")).contains("28P01");
            }
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "secret"))
                    .contains("53300", "too many failed logins (max_failed_logins)");
            assertThat(lines.all())
                    .anyMatch(line -> line.contains("logins_blocked from=127.0.0.1"));
            rig.awaitEmpty();
        }
    }

    @Test
    void aFailureIsToldNoSoonerThanItMay() {
        try (Rig rig = rig("auth_failure_delay = 400ms")) {
            long before = System.nanoTime();
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "wrong")).contains("28P01");
            assertThat(System.nanoTime() - before).isGreaterThan(400_000_000L);
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "secret")).isEqualTo(LoginAttempt.IN);
            rig.awaitEmpty();
        }
    }

    /** Unknown, wrong, without a password, expired, unknown database: one answer. */
    @Test
    void allThatIsWrongReadsTheSame() {
        PgNode node = Rig.postgres();
        node.execute(
                "create role " + EXPIRED + " login password 'secret' valid until '2001-01-01'");
        try (Rig rig =
                rig("auth_user = " + PgNode.USER, "auth_dbname = app", "auth_failure_delay = 0")) {
            List<String> answers = new ArrayList<>();
            for (String user : List.of("bob", "none", "stranger", EXPIRED, "o'brien\n; drop")) {
                for (String database : List.of("app", "nowhere")) {
                    String answer = LoginAttempt.tcp(rig, user, database, "wrong");
                    answers.add(
                            answer.replace(user.replace("\n", "\\n"), "USER")
                                    .replace(user, "USER"));
                }
            }
            assertThat(answers).hasSize(10);
            assertThat(answers.stream().distinct())
                    .singleElement()
                    .asString()
                    .contains("28P01", "password authentication failed for user \"USER\"");
            assertThat(LoginAttempt.tcp(rig, EXPIRED, "app", "secret")).contains("28P01");
            assertThat(LoginAttempt.tcp(rig, "bob", "nowhere", "secret")).contains("3D000");
            rig.awaitEmpty();
        } finally {
            node.execute("drop role " + EXPIRED);
        }
    }

    /** Half a packet, and then nothing: until the deadline, or until others need the place. */
    @Test
    void aHalfOpenLoginEndsAndKeepsNobodyOut() {
        try (Rig rig = rig("client_login_timeout = 2", "max_login_conn = 3")) {
            List<WireClient> silent = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                silent.add(halfOpen(rig));
            }
            Awaitility.await().until(() -> rig.weir().reception().logins() == 3);
            for (int i = 0; i < 5; i++) {
                assertThat(LoginAttempt.tcp(rig, "bob", "app", "secret"))
                        .isEqualTo(LoginAttempt.IN);
            }
            assertThat(silent.getFirst().read().toString())
                    .contains("53300", "have not logged in (max_login_conn)");
            assertThat(rig.weir().reception().logins()).isLessThan(3);
            Awaitility.await().until(() -> rig.weir().reception().logins() == 0);
            silent.forEach(WireClient::close);
            rig.awaitEmpty();
        }
    }

    private static WireClient halfOpen(Rig rig) {
        WireClient client = rig.connect();
        client.send(new byte[] {0, 0, 0});
        return client;
    }

    /** What nobody has proved yet takes no more than a startup packet, or a password. */
    @Test
    void aStrangerCannotMakeWeirHoldMuch() {
        try (Rig rig = rig()) {
            try (WireClient client = rig.connect()) {
                client.send(new byte[] {0, 0, 0x40, 0, 0, 3, 0, 0});
                assertThat(client.read().toString()).contains("invalid length of startup packet");
            }
            try (WireClient client = rig.connect()) {
                client.startup(Map.of("user", "bob", "database", "app"));
                assertThat(client.read().toString()).isEqualTo("R 10");
                client.send(new byte[] {'p', 0, 1, 0, 0});
                assertThat(client.read().toString()).contains("invalid message length");
            }
            rig.awaitEmpty();
        }
    }
}
