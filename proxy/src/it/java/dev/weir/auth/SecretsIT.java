package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Passwords and keys are in no log line, at any level, no answer of the console, no toString. */
class SecretsIT {
    private static final String PASSWORD = "Zauberwort-4711";
    private static final String WRONG = "Falschwort-0815";
    private static final String ENTRY = "Eintragswort-1234";
    private static final List<String> COMMANDS =
            List.of(
                    "SHOW HELP",
                    "SHOW ACTIVE_SOCKETS",
                    "SHOW CLIENTS",
                    "SHOW CONFIG",
                    "SHOW DATABASES",
                    "SHOW FDS",
                    "SHOW LISTS",
                    "SHOW LOOPS",
                    "SHOW MEM",
                    "SHOW PEERS",
                    "SHOW PINS",
                    "SHOW POOLS",
                    "SHOW PREPARED",
                    "SHOW SERVERS",
                    "SHOW SESSIONS",
                    "SHOW SETTINGS",
                    "SHOW SOCKETS",
                    "SHOW STATE",
                    "SHOW STATS",
                    "SHOW TOTALS",
                    "SHOW USERS",
                    "SHOW VERSION",
                    "SET auth_ldap_options = 'ldapbindpasswd=" + ENTRY + "'",
                    "SHOW CONFIG",
                    "RELOAD");

    private static PgCluster cluster;
    private static PgNode node;
    private static String verifier;

    @TempDir private Path directory;

    @BeforeAll
    static void start() {
        cluster =
                PgCluster.builder()
                        .hba("host all postgres 127.0.0.1/32 trust")
                        .hba("host all all 127.0.0.1/32 scram-sha-256")
                        .start();
        node = cluster.primary();
        node.execute(
                "create role bob login password '"
                        + PASSWORD
                        + "'; create role amy login password '"
                        + PASSWORD
                        + "'; create role eve login password '"
                        + PASSWORD
                        + "'");
        verifier = node.queryText("select rolpassword from pg_authid where rolname = 'bob'");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private List<String> secrets() {
        var secrets = new ArrayList<>(List.of(PASSWORD, WRONG, ENTRY, verifier));
        for (String part : verifier.split("[$:]", -1)) {
            if (part.length() > 20) {
                secrets.add(part);
            }
        }
        return secrets;
    }

    @Test
    void secretsAppearNowhere() throws IOException {
        Path users =
                Files.writeString(
                        directory.resolve("users"),
                        "\"bob\" \"%s\"\n\"amy\" \"%s\"\n\"boss\" \"x\"\n"
                                .formatted(verifier, PASSWORD));
        Path file = Files.writeString(directory.resolve("token"), ENTRY + "\n");
        String at = " = dbname=postgres host=127.0.0.1 port=" + node.port();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Level before = root.getLevel();
        var seen = new ArrayList<String>();
        try (LogLines lines = LogLines.begin();
                Rig rig =
                        Rig.with(
                                "app"
                                        + at
                                        + "\nwrong"
                                        + at
                                        + " user=bob password="
                                        + ENTRY
                                        + "\nfiled"
                                        + at
                                        + " user=bob password_file="
                                        + file,
                                "auth_type = md5",
                                "auth_user = postgres",
                                "admin_users = boss",
                                "auth_file = " + users)) {
            root.setLevel(Level.TRACE);
            for (String user : List.of("bob", "amy", "eve")) {
                logIn(rig, user, "app", PASSWORD, seen);
                logIn(rig, user, "app", WRONG, seen);
                logIn(rig, user, "wrong", PASSWORD, seen);
                logIn(rig, user, "filed", PASSWORD, seen);
            }
            console(rig, seen);
            seen.add(printed(rig));
            root.setLevel(before);
            assertThat(lines.all()).as("log lines").hasSizeGreaterThan(10);
            seen.addAll(lines.all());
        } finally {
            root.setLevel(before);
        }
        assertThat(seen).allSatisfy(text -> assertThat(text).doesNotContain(secrets()));
    }

    private static void logIn(
            Rig rig, String user, String database, String password, List<String> seen) {
        try (WireClient client = rig.connect()) {
            client.login(user, database, password);
            client.query("select 1").forEach(message -> seen.add(message.toString()));
        } catch (ServerError e) {
            seen.add(e.getMessage());
        }
    }

    private static void console(Rig rig, List<String> seen) {
        try (WireClient client = rig.connect()) {
            client.login("boss", "pgbouncer", "x");
            for (String command : COMMANDS) {
                for (Message message : client.query(command)) {
                    seen.add(message.toString());
                }
            }
        }
    }

    private static String printed(Rig rig) {
        Config config = rig.config();
        Weir weir = rig.weir();
        var text = new StringBuilder();
        text.append(weir.users()).append(weir.users().proofs());
        config.databases().forEach(text::append);
        config.databases().stream().map(Database::hosts).forEach(text::append);
        config.users().forEach(text::append);
        for (Setting<?> setting : Settings.ALL) {
            text.append(config.text(setting)).append('\n');
        }
        weir.pools()
                .all()
                .forEach(pool ->
                        text.append(pool.nodePools().getFirst().nextTarget(null))
                                .append(pool.database()));
        return text.toString();
    }

    /** Nor in what is wrong with a file that holds them. */
    @Test
    void secretsAppearInNoComplaint() {
        for (String line :
                List.of(
                        "app = host=a password=" + PASSWORD + " wrong",
                        "app = host=a password='" + PASSWORD + "'x",
                        "app = host=a password='" + PASSWORD,
                        "app = host=a user=bob passwort=" + PASSWORD.replace('-', ' '))) {
            assertThatThrownBy(() -> Config.parse("weir.ini", "[databases]\n" + line + "\n"))
                    .satisfies(e -> assertThat(e.toString()).doesNotContain(PASSWORD, "4711"));
        }
    }
}
