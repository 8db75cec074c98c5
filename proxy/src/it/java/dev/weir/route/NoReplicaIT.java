package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of reads when the only replica has stopped to replay. */
final class NoReplicaIT {
    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        routes = Routes.start(directory, 1);
        routes.replica(0).pauseReplay();
        routes.primary().execute("UPDATE t SET b = b + 1");
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    private static String read(WireClient client) {
        return client.query(Routes.WHERE.formatted("none")).stream()
                .map(Message::summary)
                .collect(Collectors.joining(", "));
    }

    @Test
    void thePrimaryAnswers() {
        try (WireClient client = routes.client("auto")) {
            await().until(() -> read(client).contains("D f"));
        }
    }

    @Test
    void orTheReplicaThatIsLeastBehind() {
        try (WireClient primary = routes.client("auto");
                WireClient client = routes.client("takes")) {
            await().until(() -> read(primary).contains("D f"));
            assertThat(read(client)).contains("D t");
        }
    }

    @Test
    void orTheReadFailsAndTheSessionGoesOn() {
        try (WireClient client = routes.client("refuses")) {
            await().until(() -> read(client).startsWith("E 57P03"));
            assertThat(read(client))
                    .isEqualTo(
                            "E 57P03 no replica of database \"refuses\" can be read at the moment,"
                                    + " Z I");
            Routes.assertFine(client.query("UPDATE t SET b = b + 1 WHERE a = 1"));
            assertThat(client.query("BEGIN READ ONLY").getFirst().sqlState()).isEqualTo("57P03");
            assertThat(client.query("BEGIN").getLast().status()).isEqualTo('T');
            Routes.assertFine(client.query("UPDATE t SET b = b + 1 WHERE a = 1"));
            assertThat(client.query("COMMIT").getLast().status()).isEqualTo('I');
        }
    }
}
