package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.observe.Control;
import dev.weir.pgkit.Link;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What probes are told: ops_port, ops_addr. */
@NullMarked
final class HealthIT {
    private final int port = Http.freePort();
    private final Http http = Http.at(port);

    private Rig before(Link link, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "ops_port = " + port;
        all[settings.length + 1] = "admin_users = " + PgNode.USER;
        return Rig.before(link, all);
    }

    @AfterEach
    void close() {
        http.close();
    }

    private void awaitReadiness(int status, String body) {
        await().untilAsserted(() -> {
            HttpResponse<String> response = http.get("/readyz");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
            assertThat(response.body()).contains(body);
        });
    }

    @Test
    void livesHasStartedAndIsReadyBeforeAnybodyAsksForAServer() {
        try (Link link = Link.to(Rig.postgres());
                Rig _ = before(link)) {
            assertThat(http.get("/livez").body()).isEqualTo("{\"live\":true}\n");
            assertThat(http.get("/startupz").body()).isEqualTo("{\"started\":true}\n");
            assertThat(http.get("/readyz").body()).isEqualTo("{\"ready\":true}\n");
        }
    }

    @Test
    void isNotReadyWhileItsServerCannotBeReached() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = before(link)) {
            try (WireClient client = rig.client()) {
                assertThat(client.query("select 1")).hasSize(4);
                link.refuse(true);
                link.cut();
                rig.awaitCounts(counts -> assertThat(counts.servers()).isZero());
                client.send(Wire.query("select 2"));

                awaitReadiness(503, "\"reason\":\"no_server\"");
                assertThat(http.get("/livez").statusCode()).isEqualTo(200);

                link.refuse(false);
                awaitReadiness(200, "true");
            }
        }
    }

    @Test
    void isNotReadyWhileAllDatabasesAreDisabled() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = before(link);
                WireClient console = rig.client(Map.of("database", "pgbouncer"))) {
            console.query("DISABLE app");
            awaitReadiness(503, "\"reason\":\"disabled\"");

            console.query("ENABLE app");
            awaitReadiness(200, "true");
        }
    }

    @Test
    void isNotReadyWhileItShutsDown() {
        try (Link link = Link.to(Rig.postgres());
                Rig rig = before(link)) {
            try (WireClient client = rig.client()) {
                client.query("select 1");
                rig.weir().shutDown(Control.Shutdown.WAIT_FOR_CLIENTS);

                awaitReadiness(503, "\"reason\":\"shutting_down\"");
                assertThat(http.get("/livez").statusCode()).isEqualTo(200);
                assertThat(client.query("select 1")).hasSize(4);
            }
        }
    }
}
