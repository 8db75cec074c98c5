package dev.weir.login;

import static dev.weir.login.LoginAttempt.psql;
import static dev.weir.login.LoginAttempt.psqlAs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.net.Transport;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients over a Unix socket, with the psql of the machine. */
class UnixSocketIT {
    @TempDir private Path folder;

    @BeforeAll
    static void needsPsql() {
        assumeTrue(Tools.find("psql").isPresent(), "psql is not installed");
    }

    private String me() {
        return System.getProperty("user.name");
    }

    private Rig rig(String... settings) {
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "unix_socket_dir = " + folder;
        return Rig.with(LoginAttempt.entry("app"), all);
    }

    private Path socket(Rig rig) {
        return folder.resolve(".s.PGSQL." + rig.port());
    }

    @ParameterizedTest
    @EnumSource
    void servesPsqlOverEveryTransport(Transport transport) {
        assumeTrue(transport.isAvailable());
        Path users = LoginAttempt.write(folder.resolve("users"), "\"bob\" \"secret\"\n");
        try (Rig rig =
                rig(
                        "transport = " + transport.name().toLowerCase(Locale.ROOT),
                        "auth_type = scram-sha-256",
                        "auth_file = " + users)) {
            String dir = folder.toString();
            for (int i = 0; i < 5; i++) {
                assertThat(psql(dir, rig.port(), "bob", "app", "secret")).isEqualTo("in");
            }
            assertThat(psql(dir, rig.port(), "bob", "app", "wrong"))
                    .contains("password authentication failed for user \"bob\"");
            rig.awaitEmpty();
        }
        assertThat(folder).isDirectoryNotContaining("glob:**/.s.PGSQL.*");
    }

    /** As PgBouncer names it, in SHOW CLIENTS and in the log. */
    @Test
    void hasThePortOfItsName() {
        try (LogLines lines = LogLines.beginAt(Level.INFO);
                Rig rig = rig("auth_type = any", "admin_users = bob")) {
            String clients =
                    Tools.run(
                                    Duration.ofSeconds(20),
                                    Tools.find("psql").orElseThrow().toString(),
                                    "-XAtc",
                                    "SHOW CLIENTS",
                                    "host=%s port=%d user=bob dbname=pgbouncer"
                                            .formatted(folder, rig.port()))
                            .orThrow()
                            .out();
            assertThat(clients).contains("|unix|" + rig.port() + '|');
            assertThat(String.join("\n", lines.all()))
                    .containsPattern("pgbouncer/bob@unix\\([0-9]+\\):" + rig.port() + " ");
        }
    }

    @Test
    void servesWithoutTcpAndThroughAnAbstractName() {
        String name = "@weir-test-" + ProcessHandle.current().pid();
        try (Rig rig = rig("listen_addr =", "listen_port = 7654", "unix_socket_dir = " + name)) {
            // the last of two settings is the folder's
            assertThat(psql(folder.toString(), 7654, "bob", "app", "")).isEqualTo("in");
            rig.awaitEmpty();
        }
        try (Rig rig = Rig.with(LoginAttempt.entry("app"), "unix_socket_dir = " + name)) {
            assertThat(psql(name, rig.port(), "bob", "app", "")).isEqualTo("in");
            rig.awaitEmpty();
        }
    }

    @Test
    void hasTheModeAndGroupThatItIsGiven() throws IOException {
        PosixFileAttributes mine = Files.readAttributes(folder, PosixFileAttributes.class);
        String group = mine.group().getName();
        try (Rig rig = rig("unix_socket_mode = 0750", "unix_socket_group = " + group)) {
            var attributes = Files.readAttributes(socket(rig), PosixFileAttributes.class);
            assertThat(PosixFilePermissions.toString(attributes.permissions()))
                    .isEqualTo("rwxr-x---");
            assertThat(attributes.group().getName()).isEqualTo(group);
        }
        assertThatThrownBy(() -> rig("unix_socket_group = nobody-has-this"))
                .hasMessageContaining("unix_socket_group: no such group: nobody-has-this");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesThePlaceOfADeadSocketButOfNoLivingOne() throws IOException {
        Path dead = folder.resolve(".s.PGSQL.7655");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(dead));
        }
        assertThat(dead).exists(); // closing does not remove the file
        try (Rig rig = rig("listen_addr =", "listen_port = 7655")) {
            assertThat(psql(folder.toString(), 7655, "bob", "app", "")).isEqualTo("in");
            assertThatThrownBy(() -> second(7655))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(dead.toString())
                    .hasMessageContaining("unix socket is in use, cannot continue");
            assertThat(psql(folder.toString(), 7655, "bob", "app", "")).isEqualTo("in");
            rig.awaitEmpty();
        }
        Files.writeString(dead, "mine");
        assertThatThrownBy(() -> second(7655)).hasMessageContaining("which is no socket");
        assertThat(dead).hasContent("mine");
    }

    private Weir second(int port) throws ConfigException, IOException {
        return Weir.start(
                Config.parse(
                        "second.ini",
                        "[pgbouncer]\nlisten_port = "
                                + port
                                + "\nunix_socket_dir = "
                                + folder
                                + "\n"));
    }

    /** In the hba file, and through an ident map. */
    @Test
    void peerIsWhoTheKernelSays() {
        Path users =
                LoginAttempt.write(
                        folder.resolve("users"),
                        "\"%s\" \"\"\n\"bob\" \"\"\n\"eve\" \"\"\n".formatted(me()));
        Path ident = LoginAttempt.write(folder.resolve("ident"), "m " + me() + " bob\n");
        Path hba =
                LoginAttempt.write(
                        folder.resolve("hba"),
                        "local app bob peer map=m\nlocal app eve peer map=m\nlocal app all peer\n");
        try (Rig rig =
                rig(
                        "auth_type = hba",
                        "auth_file = " + users,
                        "auth_hba_file = " + hba,
                        "auth_ident_file = " + ident)) {
            String dir = folder.toString();
            assertThat(psql(dir, rig.port(), me(), "app", "")).isEqualTo("in");
            assertThat(psql(dir, rig.port(), "bob", "app", "")).isEqualTo("in");
            assertThat(psql(dir, rig.port(), "eve", "app", ""))
                    .contains("Peer authentication failed for user \"eve\"");
            assertThat(psql(dir, rig.port(), "stranger", "app", ""))
                    .contains("Peer authentication failed for user \"stranger\"");
            assertThat(LoginAttempt.tcp(rig, me(), "app", "")).contains("28000", "no entry");
            rig.awaitEmpty();
        }
    }

    /** The user of the process is the console's master; another one is not. */
    @Test
    void theOwnerNeedsNoPasswordAtTheConsole() {
        try (Rig rig = rig("auth_type = scram-sha-256", "max_client_conn = 1")) {
            folder.toFile().setExecutable(true, false);
            String dir = folder.toString();
            assertThat(psql(dir, rig.port(), "pgbouncer", "pgbouncer", "")).contains("PgBouncer");
            assertThat(psql(dir, rig.port(), "other", "pgbouncer", ""))
                    .doesNotContain("PgBouncer")
                    .contains("no password supplied");
            assertThat(psql(dir, rig.port(), "pgbouncer", "app", ""))
                    .contains("no password supplied");
            assertThat(psql("127.0.0.1", rig.port(), "pgbouncer", "pgbouncer", ""))
                    .contains("no password supplied");
            if (me().equals("root")) {
                List<String> nobody = List.of("setpriv", "--reuid=65534", "--clear-groups");
                assertThat(psqlAs(nobody, dir, rig.port(), "pgbouncer", "pgbouncer", ""))
                        .doesNotContain("PgBouncer");
            }
            rig.awaitEmpty();
        }
    }

    /** A place at the console is none of max_client_conn. */
    @Test
    void theOwnerComesInWhenAllPlacesAreTaken() {
        try (Rig rig = rig("max_client_conn = 1");
                WireClient only = rig.client()) {
            assertThat(only.query("select 1")).isNotEmpty();
            assertThat(LoginAttempt.tcp(rig, "bob", "app", "")).contains("max_client_conn");
            assertThat(psql(folder.toString(), rig.port(), "pgbouncer", "pgbouncer", ""))
                    .contains("PgBouncer");
        }
    }
}
