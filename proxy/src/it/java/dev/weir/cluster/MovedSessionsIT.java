package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SWITCHOVER in session mode: who has nothing on the old primary that cannot be made again goes on
 * on the next one, and all others are told.
 */
@NullMarked
final class MovedSessionsIT {
    private static final String WHERE =
            "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";

    @TempDir private @Nullable Path directory;

    private Moving start(String options, String... settings) {
        return Moving.startWith(
                PgVersion.V18, Objects.requireNonNull(directory), options, settings);
    }

    private static String one(WireClient client, String sql) {
        List<Message> answer = client.query(sql);
        return answer.stream()
                .filter(message -> message.tag() == 'D' || message.tag() == 'E')
                .map(Message::summary)
                .findFirst()
                .orElse(answer.toString());
    }

    private static List<String> batch(WireClient client, byte[]... messages) {
        client.send(messages);
        client.send(Wire.sync());
        return client.readUntilReady().stream().map(Message::summary).toList();
    }

    /** What a session has stays, with everything that PostgreSQL can be asked about. */
    @Test
    void whoHasOnlySettingsAndStatementsGoesOn() {
        try (Moving moving = start(" pool_mode=session");
                WireClient client = moving.client();
                WireClient inBlock = moving.client();
                WireClient unnamed = moving.client();
                WireClient dedicated = WireClient.connect("127.0.0.1", moving.weir().port())) {
            dedicated.startup(
                    Map.of(
                            "user",
                            "postgres",
                            "database",
                            "app",
                            "options",
                            "-c log_disconnections=on -c app.mine=1"));
            dedicated.authenticate("postgres", null);
            client.query("SET app.tenant = 'ann''s'; SET statement_timeout = '7s'");
            client.query("SET search_path = pg_catalog, public");
            client.query("SELECT set_config('app.other', 'two', false)");
            client.query("INSERT INTO t VALUES (0, 0)");
            assertThat(batch(client, Wire.parse("mine", "SELECT $1 + $2::int8", 23)))
                    .containsExactly("1", "Z I");
            batch(client, Wire.parse("Ü \"x\"", "SELECT 'ü' || $1"));
            client.query("SET statement_timeout = '7s'"); // it does not change what these mean
            unnamed.query("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL");
            batch(unnamed, Wire.parse("", "SELECT 'still ' || $1"));
            dedicated.query("SET work_mem = '5MB'");
            String backend = one(client, "SELECT pg_backend_pid()");

            // HOLD and RELEASE: to the same primary
            assertThat(moving.console("HOLD app").getFirst().summary()).isEqualTo("C HOLD");
            client.send(Wire.bind("", "mine", "40", "2"), Wire.execute("", 0), Wire.sync());
            assertThat(client.tryRead(Duration.ofMillis(50))).isNull();
            moving.console("RELEASE app");
            assertThat(client.readUntilReady()).extracting(Message::summary).contains("D 42");
            assertThat(one(client, "SELECT pg_backend_pid()")).isNotEqualTo(backend);

            // SWITCHOVER: to another one
            inBlock.query("BEGIN");
            inBlock.query("INSERT INTO t VALUES (1, 0)");
            try (WireClient console = moving.weir().console()) {
                console.send(Wire.query("SWITCHOVER app GRACE 20"));
                assertThat(console.read().summary())
                        .contains("2 sessions keep their server connection and are moved");
                inBlock.query("INSERT INTO t VALUES (1, 1)");
                inBlock.query("COMMIT");
                assertThat(console.readUntilReady().getFirst().summary()).contains("clients wait");
            }
            client.send(Wire.query("SHOW app.tenant"));
            moving.swap();
            assertThat(client.readUntilReady()).extracting(Message::summary).contains("D ann's");
            assertThat(one(client, WHERE)).isEqualTo("D 00000002");
            assertThat(one(client, "SHOW app.other")).isEqualTo("D two");
            assertThat(one(client, "SHOW statement_timeout")).isEqualTo("D 7s");
            assertThat(one(client, "SHOW search_path")).isEqualTo("D pg_catalog, public");
            assertThat(batch(client, Wire.bind("", "mine", "1", "2"), Wire.execute("", 0)))
                    .containsExactly("2", "D 3", "C SELECT 1", "Z I");
            assertThat(batch(client, Wire.bind("", "Ü \"x\"", "b"), Wire.execute("", 0)))
                    .contains("D üb");
            assertThat(batch(unnamed, Wire.bind("", "", "there"), Wire.execute("", 0)))
                    .contains("D still there");
            assertThat(one(unnamed, WHERE)).isEqualTo("D 00000002");
            assertThat(one(inBlock, "SELECT count(*) FROM t")).isEqualTo("D 3");
            assertThat(one(dedicated, WHERE)).isEqualTo("D 00000002");
            assertThat(one(dedicated, "SHOW log_disconnections")).isEqualTo("D on");
            assertThat(one(dedicated, "SHOW app.mine")).isEqualTo("D 1");
            assertThat(one(dedicated, "SHOW work_mem")).isEqualTo("D 5MB");
        }
    }

    /** Nobody goes on without something that was there. */
    @Test
    void whoHasMoreIsTold() {
        Map<String, List<String>> kinds = new LinkedHashMap<>();
        kinds.put("temporary table", List.of("CREATE TEMP TABLE mine (n int)"));
        kinds.put("channel", List.of("LISTEN news"));
        kinds.put("lock", List.of("SELECT pg_advisory_lock(1)"));
        kinds.put("PREPARE", List.of("PREPARE p AS SELECT 1"));
        kinds.put("cursor", List.of("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT"));
        kinds.put("seed", List.of("SELECT setseed(0.5)"));
        kinds.put("sequence", List.of("SELECT nextval('turn')", "SELECT lastval()"));
        kinds.put("hidden setting", List.of("SELECT hides()"));
        kinds.put("hidden in a trigger", List.of("INSERT INTO t3 VALUES (1)"));
        kinds.put("DO", List.of("DO $$BEGIN PERFORM hides(); END$$"));
        kinds.put("set by values", List.of("UPDATE pg_settings SET setting = setting"));
        kinds.put("text too long", List.of("SELECT '" + "x".repeat(70_000) + "'"));
        try (Moving moving =
                start(" pool_mode=session", "default_pool_size = " + (kinds.size() + 4))) {
            moving.primary()
                    .execute(
                            """
                            CREATE FUNCTION hides() RETURNS text LANGUAGE plpgsql AS
                              $$BEGIN RETURN set_config('app.hidden', 'x', false); END$$;
                            CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS
                              $$BEGIN PERFORM hides(); RETURN NEW; END$$;
                            CREATE TABLE t3 (n int);
                            CREATE TRIGGER a BEFORE INSERT ON t3 FOR EACH ROW EXECUTE FUNCTION fires()\
                            """);
            var clients = new ArrayList<WireClient>();
            try (WireClient free = moving.client();
                    WireClient changed = moving.client()) {
                batch(changed, Wire.parse("mine", "SELECT '1/2/2003'::date"));
                changed.query("SET DateStyle = 'German'"); // it was parsed under another one
                free.query("SELECT nextval('turn')"); // it has never asked for the last value
                free.query("SELECT count(*) FROM t3");
                for (List<String> statements : kinds.values()) {
                    WireClient client = moving.client();
                    clients.add(client);
                    statements.forEach(client::query);
                }
                List<Message> told = moving.switchOver();
                assertThat(told.toString())
                        .contains(
                                kinds.size() + 1 + " sessions could not be moved and were closed");
                moving.swap();
                assertThat(one(free, WHERE)).isEqualTo("D 00000002");
                assertThat(changed.read().summary()).startsWith("E 57P01");
                int at = 0;
                for (String kind : kinds.keySet()) {
                    assertThat(clients.get(at++).read().summary()).as(kind).startsWith("E 57P01");
                }
            } finally {
                clients.forEach(WireClient::close);
            }
        }
    }
}
