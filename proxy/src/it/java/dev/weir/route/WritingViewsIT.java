package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads that write, by a view: they go to the primary, and the next read sees what they did. Each
 * test has texts of its own, since Weir remembers those that a replica has refused.
 */
final class WritingViewsIT {
    private static final String SCHEMA =
            """
            CREATE TABLE w (n int);
            INSERT INTO w VALUES (0);
            CREATE FUNCTION bump() RETURNS int VOLATILE LANGUAGE sql AS
                'UPDATE w SET n = n + 1 RETURNING n';
            CREATE VIEW bumps AS SELECT bump() AS n;
            CREATE VIEW "Over bumps" AS SELECT n FROM bumps;
            CREATE VIEW transactions AS SELECT txid_current() AS n;
            CREATE VIEW serial AS SELECT nextval('s') AS n;
            CREATE VIEW harmless AS SELECT n, now() AS t, random() AS r FROM w;
            CREATE TABLE guarded (n int);
            CREATE POLICY counted ON guarded USING (bump() > 0);
            """;

    private static Routes routes;

    @BeforeAll
    static void start(@TempDir Path directory) {
        String same = "user=postgres password=postgres max_replica_lag=1h";
        routes =
                Routes.start(
                        directory,
                        1,
                        SCHEMA,
                        List.of("auto_late = route=auto " + same, "explicit_late = " + same));
        try (WireClient client = routes.client("auto_late")) {
            await().until(() -> isOnReplica(client, "SELECT on_replica()"));
        }
        routes.replica(0).pauseReplay();
    }

    @AfterAll
    static void stop() {
        routes.close();
    }

    private static boolean isOnReplica(WireClient client, String sql) {
        return routes.isReplica(client.query(sql));
    }

    private static int number(WireClient client, String sql) {
        for (Message message : client.query(sql)) {
            if (message.tag() == 'D') {
                return Integer.parseInt(String.valueOf(message.row().getFirst()));
            }
        }
        throw new AssertionError(sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT n FROM bumps",
                "/* weir: route=primary */ SELECT n FROM bumps",
                "SELECT n FROM public.Bumps b",
                "SELECT b.n FROM w AS x, ONLY \"Over bumps\" b"
            })
    void theNextReadSeesWhatAStatementWrote(String statement) {
        try (WireClient client = routes.client("auto_late")) {
            assertThat(isOnReplica(client, "SELECT on_replica()")).isTrue();
            int written = number(client, statement);
            assertThat(number(client, "SELECT n FROM w")).isEqualTo(written);
        }
    }

    @Test
    void orABlock() {
        try (WireClient client = routes.client("auto_late")) {
            assertThat(isOnReplica(client, "SELECT on_replica()")).isTrue();
            client.query("BEGIN");
            int written = number(client, "SELECT n AS in_a_block FROM bumps");
            client.query("COMMIT");
            assertThat(number(client, "SELECT n FROM w")).isEqualTo(written);
        }
    }

    @Test
    void orOneWhereOnlyWhoSaysSoReadsAReplica() {
        try (WireClient client = routes.client("explicit_late")) {
            assertThat(isOnReplica(client, "/* weir: route=replica */ SELECT on_replica()"))
                    .isTrue();
            int written = number(client, "SELECT n FROM bumps");
            assertThat(number(client, "/* weir: route=replica */ SELECT n FROM w"))
                    .isEqualTo(written);
        }
    }

    @Test
    void orOneOfASessionThatChoseThePrimary() {
        try (WireClient client = routes.client("auto_late")) {
            client.query("SET weir.route = 'primary'");
            int written = number(client, "SELECT n AS on_the_primary FROM bumps");
            client.query("RESET weir.route");
            assertThat(number(client, "SELECT n FROM w")).isEqualTo(written);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT n AS of_a_view FROM bumps",
                "TABLE \"Over bumps\"",
                "SELECT * FROM serial",
                "SELECT * FROM transactions",
                "SELECT * FROM guarded"
            })
    void suchAReadIsNoneForAReplica(String statement) {
        try (WireClient client = routes.client("auto_late")) {
            client.query("SET weir.explain = on");
            assertThat(client.query(statement))
                    .filteredOn(message -> message.tag() == 'N')
                    .singleElement()
                    .extracting(Message::errorMessage)
                    .asString()
                    .containsAnyOf(Reason.FUNCTION.sentence(), Reason.DENIED.sentence());
        }
    }

    @Test
    void aViewThatCallsNothingOfTheKindIsRead() {
        try (WireClient client = routes.client("auto_late")) {
            assertThat(isOnReplica(client, "SELECT on_replica(), h.* FROM harmless h")).isTrue();
        }
    }

    @Test
    void aViewThatIsMadeLaterIsFound() {
        try (WireClient client = routes.client("auto_late")) {
            Routes.assertFine(client.query("CREATE OR REPLACE VIEW later AS SELECT bump() AS n"));
        }
        try (WireClient client = routes.client("auto_late")) {
            client.query("SET weir.explain = on");
            await().until(() ->
                    client.query("SELECT n FROM later").stream()
                            .anyMatch(m ->
                                    m.tag() == 'N'
                                            && m.errorMessage()
                                                    .contains(Reason.FUNCTION.sentence())));
        }
    }
}
