package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.MacAddressUtil;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) throws InterruptedException {
        return new Main(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8))
                .run(List.of(words));
    }

    @Test
    void suggestsTheCommandThatIsMeant() throws InterruptedException {
        assertThat(run("chek", "weir.ini")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .startsWith("weir: unknown command: chek (did you mean check?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "check", "import"})
    void helpsWithEachCommand(String command) throws InterruptedException {
        assertThat(run(command, "--help")).isEqualTo(Main.OK);
        assertThat(out.toString(UTF_8)).startsWith("usage: weir " + command + " ");
        assertThat(err.toString(UTF_8)).isEmpty();
        assertThat(run(command)).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8))
                .startsWith("weir: " + command + " takes one file")
                .contains("usage: weir " + command + " ")
                .doesNotContain("weir demo");
    }

    @Test
    void namesTheMachineForNetty() {
        Main.nameMachine();
        assertThat(MacAddressUtil.parseMAC(System.getProperty("io.netty.machineId"))).hasSize(6);
    }
}
