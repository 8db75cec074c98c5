package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.MacAddressUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Map<String, String> environment = Map.of();

    private int run(String... words) throws InterruptedException {
        return new Main(
                        new Caller(
                                new PrintStream(out, true, UTF_8),
                                new PrintStream(err, true, UTF_8),
                                environment,
                                List.of()))
                .run(List.of(words));
    }

    @Test
    void suggestsTheCommandThatIsMeant() throws InterruptedException {
        assertThat(run("chek", "weir.ini")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .startsWith("weir: unknown command: chek (did you mean check?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "env", "health", "import"})
    void helpsWithEachCommand(String command) throws InterruptedException {
        assertThat(run(command, "--help")).isEqualTo(Main.OK);
        assertThat(out.toString(UTF_8)).contains("Usage: weir " + command + " ");
        assertThat(err.toString(UTF_8)).isEmpty();
        assertThat(run(command, "one.ini", "two.ini")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .startsWith("weir " + command + ": ")
                .contains("two.ini", "Usage: weir " + command + " ")
                .doesNotContain("demo");
    }

    @Test
    void saysWhatIsNeededAndWhatIsMeant() throws InterruptedException {
        assertThat(run()).isEqualTo(Main.FAILED);
        assertThat(run("import")).isEqualTo(Main.FAILED);
        assertThat(run("import", "--from", "pgcta", "a.toml")).isEqualTo(Main.FAILED);
        assertThat(run("check", "--jsn")).isEqualTo(Main.FAILED);
        assertThat(run("help", "chek")).isEqualTo(Main.FAILED);
        assertThat(run("demo")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .contains("weir: no command\n")
                .contains("weir import: Missing required parameter: 'FILE'\n")
                .contains("expected one of [ODYSSEY, PGCAT, PGDOG, PGPOOL]", "but was 'pgcta'")
                .contains("weir check: Unknown option: '--jsn'\nPossible solutions: --json\n")
                .contains("weir: Unknown subcommand 'chek'")
                .contains("in the source tree only: ./weir demo there");
    }

    @Test
    void saysWhatTheEnvironmentComesTo() throws InterruptedException {
        environment = Map.of("DATABASE_URL", "postgres://u:hidden@h/d", "WEIR_LISTEN_PORT", "7000");
        assertThat(run("env")).isEqualTo(Main.OK);
        assertThat(out.toString(UTF_8))
                .contains("; environment variable DATABASE_URL\nd = dbname=d host=h port=5432\n")
                .contains("; environment variable WEIR_LISTEN_PORT\nlisten_port = 7000\n")
                .doesNotContain("hidden");
    }

    @Test
    void asksAProcessWhetherItServesClients() throws IOException, InterruptedException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment =
                    Map.of(
                            "PGHOST", "h",
                            "WEIR_LISTEN_ADDR", "127.0.0.1",
                            "WEIR_LISTEN_PORT", String.valueOf(listener.getLocalPort()));
            assertThat(healthWith(listener, 'N')).isEqualTo(Main.OK);
            assertThat(healthWith(listener, 'S')).isEqualTo(Main.OK);
            assertThat(healthWith(listener, 'E')).isEqualTo(Main.FAILED);
            assertThat(err.toString(UTF_8)).contains("answered 'E' to SSLRequest");
        }
        assertThat(run("health")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).contains("Connection refused");
    }

    private int healthWith(ServerSocket listener, char answer) throws InterruptedException {
        Thread server =
                Thread.startVirtualThread(() -> {
                    try (Socket client = listener.accept()) {
                        byte[] request = client.getInputStream().readNBytes(8);
                        client.getOutputStream().write(request[7] == 47 ? answer : '?');
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        int status = run("health");
        server.join();
        return status;
    }

    @Test
    void saysWhatItNeedsIfNothingConfiguresIt() throws InterruptedException {
        assertThat(run("env")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .startsWith("weir: no file is named, and the environment names no server")
                .contains("DATABASE_URL");
    }

    @Test
    void namesTheMachineForNetty() {
        Main.nameMachine();
        assertThat(MacAddressUtil.parseMAC(System.getProperty("io.netty.machineId"))).hasSize(6);
    }
}
