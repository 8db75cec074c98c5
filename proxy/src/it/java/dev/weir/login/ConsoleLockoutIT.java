package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever crowds one door does not close the others: strangers, clients, the console. */
final class ConsoleLockoutIT {
    private static final String PASSWORD = "secret";
    private static final int CLIENTS = 2;
    private static final int LOGINS = 5;
    private static final int CONSOLES = 3;

    @TempDir private Path folder;
    private final List<WireClient> open = new ArrayList<>();
    private Rig rig;

    @BeforeEach
    void start() {
        var users = new StringBuilder();
        for (String user : List.of("bob", "admin", "stats")) {
            users.append('"').append(user).append("\" \"").append(PASSWORD).append("\"\n");
        }
        rig =
                Rig.with(
                        LoginAttempt.entry("app"),
                        "auth_type = scram-sha-256",
                        "auth_file = "
                                + LoginAttempt.write(folder.resolve("users"), users.toString()),
                        "unix_socket_dir = " + folder,
                        "admin_users = admin",
                        "stats_users = stats",
                        "max_client_conn = " + CLIENTS,
                        "max_login_conn = " + LOGINS,
                        "max_console_conn = " + CONSOLES);
    }

    @AfterEach
    void stop() {
        open.forEach(WireClient::close);
        rig.awaitEmpty();
        rig.close();
    }

    private WireClient enters(String user, String database) {
        WireClient client = rig.connect();
        open.add(client);
        client.login(user, database, PASSWORD);
        return client;
    }

    private String tries(String user, String database) {
        return LoginAttempt.tcp(rig, user, database, PASSWORD);
    }

    private String console(String user) {
        try (WireClient client = rig.connect()) {
            client.login(user, "pgbouncer", PASSWORD);
            return client.query("SHOW VERSION").getFirst().summary();
        }
    }

    /** It has got its challenge, and says nothing more. */
    private WireClient stopsInsideScram() {
        WireClient stranger = rig.connect();
        open.add(stranger);
        stranger.send(Wire.startup(Wire.PROTOCOL_3_0, Map.of("user", "bob", "database", "app")));
        assertThat(stranger.read().summary()).startsWith("R ");
        stranger.send(
                Wire.saslInitialResponse(
                        "SCRAM-SHA-256",
                        "n,,n=,r=abcdefghijklmnop".getBytes(StandardCharsets.US_ASCII)));
        assertThat(stranger.read().summary()).startsWith("R ");
        return stranger;
    }

    @Test
    void administratorsGetInWhenAllPlacesOfClientsAreTaken() {
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(enters("bob", "app").query("select 1")).isNotEmpty();
        }
        assertThat(tries("bob", "app")).contains("53300", "max_client_conn");
        assertThat(console("admin")).startsWith("T");
        assertThat(console("stats")).startsWith("T");
        String unix = folder.toString();
        assertThat(LoginAttempt.psql(unix, rig.port(), "pgbouncer", "pgbouncer", ""))
                .contains("PgBouncer");
        assertThat(LoginAttempt.psql(unix, rig.port(), "admin", "pgbouncer", PASSWORD))
                .contains("PgBouncer");
    }

    @Test
    void strangersTakeNobodysPlace() {
        List<WireClient> strangers = new ArrayList<>();
        for (int i = 0; i < LOGINS + 2; i++) {
            strangers.add(stopsInsideScram());
        }
        Message told = strangers.getFirst().read();
        assertThat(told.errorMessage()).contains("max_login_conn");
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(enters("bob", "app").query("select 1")).isNotEmpty();
        }
        assertThat(console("admin")).startsWith("T");
    }

    @Test
    void idleConsolesShutOutNeitherClientsNorAdministrators() {
        WireClient first = enters("stats", "pgbouncer");
        for (int i = 1; i < CONSOLES; i++) {
            enters("stats", "weir");
        }
        assertThat(tries("stats", "pgbouncer")).contains("53300", "max_console_conn");
        for (int i = 0; i < CLIENTS; i++) {
            assertThat(enters("bob", "app").query("select 1")).isNotEmpty();
        }
        assertThat(enters("admin", "pgbouncer").query("SHOW VERSION")).isNotEmpty();
        assertThat(first.read().errorMessage()).contains("max_console_conn");
        for (int i = 0; i < CONSOLES; i++) { // the last one in the place of an administrator
            assertThat(enters("admin", "pgbouncer").query("SHOW VERSION")).isNotEmpty();
        }
        assertThat(tries("stats", "pgbouncer")).contains("53300", "max_console_conn");
    }
}
