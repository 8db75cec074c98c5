package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.auth.HbaClient;
import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.HostBasedAccess.Decision;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.net.Origin;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may come in is what the first rule that fits says. */
class HostBasedAccessIT {
    @TempDir private Path folder;

    private Rig rig(String rules) throws IOException {
        Path users =
                Files.writeString(
                        folder.resolve("userlist.txt"), "\"known\" \"secret\"\n\"open\" \"\"\n");
        Path hba = Files.writeString(folder.resolve("hba.conf"), rules);
        PgNode node = Rig.postgres();
        return Rig.with(
                "app = host=%s port=%d dbname=postgres user=%s password=%s"
                        .formatted(node.host(), node.port(), PgNode.USER, PgNode.PASSWORD),
                "auth_type = hba",
                "auth_hba_file = " + hba,
                "auth_file = " + users);
    }

    private static String login(Rig rig, String user, String password) {
        try (WireClient client = rig.connect()) {
            client.login(user, Rig.DATABASE, password);
            client.query("select 1");
            return "in";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void theFirstRuleThatFitsDecides() throws IOException {
        try (Rig rig =
                rig(
                        """
                        host all bad 0.0.0.0/0 reject
                        host app open 127.0.0.1/32 trust
                        host app known 127.0.0.1/32 scram-sha-256
                        host other all all trust
                        """)) {
            assertThat(login(rig, "open", "")).isEqualTo("in");
            assertThat(login(rig, "known", "secret")).isEqualTo("in");
            assertThat(login(rig, "known", "wrong")).contains("28P01");
            assertThat(login(rig, "bad", "")).contains("28000", "auth_hba_file rejects connection");
            assertThat(login(rig, "stranger", ""))
                    .contains("28000", "no entry of auth_hba_file for host \"127.0.0.1\"");
        }
    }

    @Test
    void aReloadTakesNewRulesAndKeepsTheOldOnesIfTheNewAreBroken()
            throws IOException, ConfigException {
        var client =
                new HbaClient(
                        Origin.tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                        "app",
                        "open",
                        false);
        var access = HostBasedAccess.load(config("host all open all trust\n"));
        assertThat(access.of(client)).hasToString("Prove[demand=Demand[trust]]");
        assertThatThrownBy(() -> access.prepare(config("host all all all trsut\n")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("hba.conf:1: ")
                .hasMessageContaining("trsut");
        assertThat(access.of(client)).hasToString("Prove[demand=Demand[trust]]");
        access.prepare(config("host all all all reject\n")).run();
        assertThat(access.of(client)).isEqualTo(new Decision.Rejected());
    }

    @Test
    void aRuleThatWantsACertificateWhereNobodyCanShowOneRefuses()
            throws ConfigException, IOException {
        var access = HostBasedAccess.load(config("host all all all cert\n"));
        assertThat(
                        access.of(
                                new HbaClient(
                                        Origin.tcp(
                                                new InetSocketAddress(
                                                        InetAddress.getLoopbackAddress(), 1)),
                                        "app",
                                        "open",
                                        false)))
                .hasToString("Prove[demand=Demand[cert]]");
    }

    private Config config(String rules) throws ConfigException, IOException {
        Path hba = Files.writeString(folder.resolve("hba.conf"), rules);
        return Config.parse(
                "weir.ini",
                "[databases]\napp = host=h\n[pgbouncer]\nauth_type = hba\nauth_hba_file = "
                        + hba
                        + "\n");
    }
}
