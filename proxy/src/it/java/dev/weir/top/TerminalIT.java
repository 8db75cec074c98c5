package dev.weir.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code weir top} in a pseudo terminal, which script(1) makes. */
@NullMarked
final class TerminalIT {
    private static final String SCRIPT = "/usr/bin/script";

    /** What a page begins with: the upper left corner. */
    private static final String HOME = "\u001b[H";

    private static final String OTHER_SCREEN = "\u001b[?1049h";
    private static final String OWN_SCREEN = "\u001b[?1049l";

    private static final Pattern DEVICE = Pattern.compile("(/dev/pts/\\d+)");

    @TempDir private Path directory;

    private Path out() {
        return directory.resolve("out");
    }

    private String said() throws IOException {
        return Files.exists(out()) ? Files.readString(out()) : "";
    }

    /** The page shown last, once it is whole. */
    private String page() throws IOException {
        String said = said();
        int end = said.lastIndexOf("\u001b[J");
        return end < 0 ? "" : said.substring(said.lastIndexOf(HOME, end), end);
    }

    private Process start(int port) throws IOException {
        Path file = directory.resolve("weir.ini");
        Files.writeString(
                file,
                """
                [databases]
                app = host=127.0.0.1
                [weir]
                listen_addr = 127.0.0.1
                listen_port = %d
                stats_users = watcher
                """
                        .formatted(port));
        List<String> top =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.weir.app.Main",
                                "top",
                                "--delay",
                                "1",
                                file.toString()));
        Path script = directory.resolve("session");
        Files.writeString(
                script,
                """
                tty
                stty rows 24 cols 110
                stty -g >%1$s/before
                '%2$s' 2>%1$s/errors
                echo "status $?"
                stty -g >%1$s/after
                """
                        .formatted(directory, String.join("' '", top)));
        return new ProcessBuilder(SCRIPT, "-qefc", "sh " + script, directory + "/typescript")
                .redirectErrorStream(true)
                .redirectOutput(out().toFile())
                .start();
    }

    private static void press(Process session, char key) throws IOException {
        OutputStream keyboard = session.getOutputStream();
        keyboard.write(key);
        keyboard.flush();
    }

    private void resize(int columns) throws IOException, InterruptedException {
        Matcher device = DEVICE.matcher(said());
        assertThat(device.find()).isTrue();
        int status =
                new ProcessBuilder(
                                "stty", "-F", device.group(1), "rows", "10", "cols", columns + "")
                        .inheritIO()
                        .start()
                        .waitFor();
        assertThat(status).isZero();
    }

    /** The lines of a page as they are seen, without what moves the cursor. */
    private List<String> seen() throws IOException {
        return page().replace(HOME, "").replace("\u001b[K", "").replace("\r", "").lines().toList();
    }

    @Test
    void livesInATerminalAndLeavesItAsItWas() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of(SCRIPT)), "needs Debian's package bsdutils");
        PgNode node = Rig.postgres();
        String target = "host=%s port=%d dbname=postgres".formatted(node.host(), node.port());
        try (Rig rig = Rig.with("app = " + target, "stats_users = watcher");
                Link link = Link.to("127.0.0.1", rig.port());
                WireClient client = rig.client()) {
            client.query("select 1");
            Process session = start(link.port());
            try {
                await().untilAsserted(
                                () -> assertThat(page()).contains("by wait").contains("DATABASE "));
                assertThat(said()).contains(OTHER_SCREEN);
                assertThat(seen()).anyMatch(line -> line.matches("app +postgres .*"));

                press(session, 'c');
                await().untilAsserted(() -> assertThat(page()).contains("by clients"));

                resize(60);
                press(session, 'n');
                await().untilAsserted(() -> assertThat(page()).contains("by name"));
                assertThat(seen()).hasSizeLessThanOrEqualTo(10);
                assertThat(seen()).allMatch(line -> line.length() <= 60);

                link.refuse(true);
                link.cut();
                press(session, ' '); // the next page, at once
                await().untilAsserted(() -> assertThat(page()).contains("since "));
                assertThat(seen()).anyMatch(line -> line.matches("app +postgres .*"));
                link.refuse(false);
                press(session, ' ');
                await().untilAsserted(() -> assertThat(page()).doesNotContain("since "));

                press(session, 'q');
                assertThat(session.waitFor()).isZero();
            } finally {
                session.destroy();
            }
            assertThat(said()).contains(OWN_SCREEN).contains("status 0");
            assertThat(directory.resolve("errors")).isEmptyFile();
            assertThat(directory.resolve("after"))
                    .hasSameTextualContentAs(directory.resolve("before"));
        }
    }
}
