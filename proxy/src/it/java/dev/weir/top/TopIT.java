package dev.weir.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.net.Clock;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.sql.SQLException;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** {@code weir top} with the console of a real Weir, and without a terminal. */
@NullMarked
final class TopIT {
    private static String page(int port, String user)
            throws SQLException, IOException, InterruptedException {
        var said = new ByteArrayOutputStream();
        new Top(
                        "127.0.0.1:" + port,
                        user,
                        null,
                        1,
                        Order.WAIT,
                        Clock.system(),
                        InputStream.nullInputStream(),
                        new PrintStream(said, true, UTF_8))
                .run();
        return said.toString(UTF_8);
    }

    @Test
    void printsOnePageWithWhoWaits() {
        PgNode node = Rig.postgres();
        try (Rig rig =
                        Rig.with(
                                "app = host=%s port=%d dbname=postgres pool_size=1"
                                        .formatted(node.host(), node.port()),
                                "stats_users = watcher");
                WireClient holder = rig.client();
                WireClient waiter = rig.client()) {
            holder.query("begin");
            waiter.send(Wire.query("select 1"));

            await().untilAsserted(() ->
                    assertThat(page(rig.port(), "watcher"))
                            .contains("by wait")
                            .contains("clients: 1 active, 1 waiting")
                            .containsPattern("app +postgres +1 +1 +[\\d.]+ m?s +1 +0 "));

            holder.query("commit");
        }
    }

    @Test
    void saysWhyThereIsNoPage() {
        try (Rig rig = Rig.with("app = host=127.0.0.1 port=1", "stats_users = watcher")) {
            assertThatThrownBy(() -> page(rig.port(), "stranger"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("not allowed");
        }
    }
}
