package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.SharedPostgres;
import dev.weir.support.WeirFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings that a client meets at its login, or with its first message. */
@NullMarked
final class LoginSettingsIT {
    @TempDir private Path directory;

    private WeirFile weir(String... settings) {
        return WeirFile.start(
                directory,
                "app = host=127.0.0.1 port=%d dbname=postgres password=postgres"
                        .formatted(SharedPostgres.node().port()),
                settings);
    }

    private static WireClient named(WeirFile weir, Map<String, String> more) {
        WireClient client = WireClient.connect("127.0.0.1", weir.port());
        var startup = new java.util.HashMap<>(more);
        startup.put("user", PgNode.USER);
        startup.put("database", "app");
        client.startup(startup);
        client.authenticate(PgNode.USER, "");
        return client;
    }

    @Test
    void tellsWhereAnApplicationIs() {
        try (WeirFile weir = weir("application_name_add_host = 1");
                WireClient named = named(weir, Map.of("application_name", "shop"));
                WireClient nameless = named(weir, Map.of())) {
            assertThat(named.query("SHOW application_name").get(1).row().getFirst())
                    .matches("shop - 127\\.0\\.0\\.1:[0-9]+");
            assertThat(nameless.query("SHOW application_name").get(1).row().getFirst())
                    .matches("app - 127\\.0\\.0\\.1:[0-9]+");
            named.query("SET application_name = 'other'");
            assertThat(named.query("SHOW application_name").get(1).row()).containsExactly("other");
        }
    }

    @Test
    void ignoresStartupParametersOfTheList() {
        Map<String, String> unknown = Map.of("wurst", "1");
        try (WeirFile weir = weir("ignore_startup_parameters = extra_float_digits, wurst");
                WireClient client = named(weir, unknown)) {
            assertThat(client.query("select 1")).noneMatch(message -> message.tag() == 'E');
        }
        try (WeirFile weir = weir()) {
            assertThatThrownBy(() -> named(weir, unknown))
                    .isInstanceOf(ServerError.class)
                    .hasMessageContaining("wurst");
        }
    }

    @Test
    void greetsEveryClient() {
        try (WeirFile weir = weir("login_notify_message = Weir will restart at noon")) {
            for (int i = 0; i < 2; i++) {
                try (WireClient client = WireClient.connect("127.0.0.1", weir.port())) {
                    client.startup(Map.of("user", PgNode.USER, "database", "app"));
                    List<Message> welcome = client.readUntilReady();
                    assertThat(welcome)
                            .filteredOn(message -> message.tag() == 'N')
                            .extracting(Message::errorMessage)
                            .containsExactly("Weir will restart at noon");
                }
            }
        }
    }

    @Test
    void refusesAMessageThatIsTooLong() {
        try (WeirFile weir = weir("max_packet_size = 1000");
                WireClient client = named(weir, Map.of())) {
            client.query("SELECT '" + "x".repeat(900) + "'");
            client.send(Wire.query("SELECT '" + "x".repeat(1_000) + "'"));
            Message error = client.read();
            assertThat(error.errorMessage())
                    .isEqualTo(
                            "bad packet header: '51000003f6' (1014 bytes; max_packet_size is"
                                    + " 1000)");
            assertThat(error.sqlState()).isEqualTo("08P01");
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void endsAServerWhoseMessageIsTooLong() {
        try (WeirFile weir = weir("max_packet_size = 1000");
                WireClient client = named(weir, Map.of())) {
            client.send(Wire.query("SELECT repeat('x', 2000)"));
            Message last = client.read();
            while (last.tag() != 'E') {
                last = client.read();
            }
            assertThat(last.errorMessage()).endsWith("(expected: max_packet_size = 1000)");
            assertThat(client.isClosedByPeer()).isTrue();
            await().until(() -> weir.weir().pools().all().iterator().next().size() == 0);
        }
    }

    @Test
    void waitsForTheFirstWordBeforeItAccepts() {
        try (WeirFile weir = weir("tcp_defer_accept = 1");
                WireClient console = weir.console();
                WireClient silent = WireClient.connect("127.0.0.1", weir.port())) {
            try (WireClient other = named(weir, Map.of())) {
                // it came later, and has been served: the silent one is not here
                assertThat(weir.weir().reception().logins()).isZero();
                other.query("SELECT 1");
            }
            console.query("SET tcp_defer_accept = 0");
            try (WireClient heard = WireClient.connect("127.0.0.1", weir.port())) {
                await().until(() -> weir.weir().reception().logins() == 1);
                assertThat(heard.isClosedByPeer()).isFalse();
            }
            assertThat(silent).isNotNull();
        }
    }
}
