package dev.weir.route;

import static dev.weir.route.RouteWorld.PRIMARY;
import static dev.weir.route.RouteWorld.REPLICA;
import static dev.weir.route.RouteWorld.demand;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.NoReplica;
import dev.weir.config.PoolMode;
import dev.weir.config.Route;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which transaction goes where and why, as a table; each {@link Reason} has a row at least. */
class RouteTableTest {
    /** How a world is in which the text of a row comes, as the first of a transaction. */
    private enum Given {
        EXPLICIT,
        AUTO,
        PRIMARY_ONLY,
        REPLICA_ONLY,
        READ_ONLY,
        SERIALIZABLE,
        SESSIONS,
        READ_ONLY_SESSIONS,
        REPLICA_SESSIONS,
        NO_REPLICA,
        LEAST_LAG,
        WRITING,
        WRITTEN,
        WRITTEN_AND_REPLAYED,
        HAS_READ,
        HAS_SET_PRIMARY,
        IN_BLOCK,
        REFUSED,
        NOTHING_KNOWN,
        PRIMARY_AWAY,
        PRIMARY_AWAY_AUTO;

        RouteWorld world() {
            var world = new RouteWorld();
            switch (this) {
                case EXPLICIT -> {}
                case AUTO -> world.route(Route.AUTO);
                case PRIMARY_ONLY -> world.route(Route.PRIMARY);
                case REPLICA_ONLY -> world.route(Route.REPLICA);
                case READ_ONLY -> world.byDefault(true, false);
                case SERIALIZABLE -> world.byDefault(false, true);
                case SESSIONS -> world.mode(PoolMode.SESSION);
                case READ_ONLY_SESSIONS -> world.mode(PoolMode.SESSION).byDefault(true, false);
                case REPLICA_SESSIONS -> world.mode(PoolMode.SESSION).route(Route.REPLICA);
                case NO_REPLICA -> world.replica(900, false);
                case LEAST_LAG -> world.replica(900, false).noReplica(NoReplica.LEAST_LAG);
                case WRITING -> world.token.sending();
                case WRITTEN -> world.written(2_000);
                case WRITTEN_AND_REPLAYED -> world.written(2_000).replica(2_000, true);
                case HAS_READ -> {
                    world.ran("BEGIN READ ONLY");
                    world.replica(1_000, false).replica(2, 1_000, true);
                }
                case HAS_SET_PRIMARY -> world.route(Route.AUTO).ran("SET weir.route = primary");
                case IN_BLOCK -> {
                    world.route(Route.AUTO).query("BEGIN");
                    world.router().deferred("BEGIN".getBytes(UTF_8));
                }
                case PRIMARY_AWAY -> world.primaryAway();
                case PRIMARY_AWAY_AUTO -> world.route(Route.AUTO).primaryAway();
                case NOTHING_KNOWN -> world.route(Route.AUTO).nothingKnown();
                case REFUSED -> {
                    world.query("BEGIN READ ONLY");
                    world.router().fallsBack();
                }
            }
            return world;
        }
    }

    private static final String TABLE =
            """
            EXPLICIT             | BEGIN READ ONLY                               | read_only_transaction
            EXPLICIT             | START TRANSACTION READ ONLY                   | read_only_transaction
            EXPLICIT             | SELECT 1                                      | may_write
            EXPLICIT             | INSERT INTO t VALUES (1)                      | may_write
            EXPLICIT             | BEGIN READ WRITE                              | may_write
            EXPLICIT             | /* weir: route=replica */ SELECT 1            | hint_replica
            EXPLICIT             | /* weir: route=primary */ BEGIN READ ONLY     | hint_primary
            EXPLICIT             | SELECT pg_advisory_lock(1)                    | denied
            EXPLICIT             | LISTEN a                                      | denied
            AUTO                 | SELECT 1                                      | read
            AUTO                 | SELECT lower(a) FROM t; TABLE u               | read
            AUTO                 | BEGIN READ ONLY                               | read_only_transaction
            AUTO                 | INSERT INTO t VALUES (1)                      | writes
            AUTO                 | SELECT 1 INTO t                               | writes
            AUTO                 | SELECT a FROM t FOR UPDATE                    | writes
            AUTO                 | WITH d AS (DELETE FROM t) SELECT 1            | writes
            AUTO                 | CREATE TABLE t ()                             | not_a_read
            AUTO                 | SELECT pg_backend_pid()                       | of_a_node
            AUTO                 | SELECT relname FROM pg_class                  | catalog
            AUTO                 | SELECT my_volatile()                          | function
            AUTO                 | SELECT unknown_one()                          | function
            AUTO                 | TABLE writing_view                            | function
            NOTHING_KNOWN        | SELECT a FROM t                               | catalog_unknown
            NOTHING_KNOWN        | SELECT lower('A')                             | catalog_unknown
            NOTHING_KNOWN        | SELECT 1                                      | read
            AUTO                 | SELECT 'no end                                | unclear
            AUTO                 | SELECT 1; COMMIT                              | not_a_read
            AUTO                 | BEGIN READ WRITE                              | may_write
            AUTO                 | SELECT pg_notify('a', 'b')                    | denied
            AUTO                 | SELECT 1; LISTEN a                            | denied
            HAS_SET_PRIMARY      | SELECT 1                                      | setting_primary
            IN_BLOCK             | SELECT 1                                      | may_write
            IN_BLOCK             | SET TRANSACTION READ ONLY                     | read_only_transaction
            IN_BLOCK             | /* weir: route=replica */ SELECT 1            | hint_replica
            PRIMARY_ONLY         | BEGIN READ ONLY                               | setting_primary
            PRIMARY_ONLY         | /* weir: route=primary */ SELECT 1            | hint_primary
            REPLICA_ONLY         | SELECT 1                                      | setting_replica
            REPLICA_ONLY         | INSERT INTO t VALUES (1)                      | setting_replica
            REPLICA_ONLY         | LISTEN a                                      | denied
            REPLICA_ONLY         | /* weir: route=primary */ SELECT 1            | hint_primary
            READ_ONLY            | SELECT 1                                      | read_only_session
            READ_ONLY            | INSERT INTO t VALUES (1)                      | read_only_session
            READ_ONLY            | BEGIN READ WRITE                              | may_write
            READ_ONLY            | BEGIN                                         | read_only_session
            READ_ONLY            | SET transaction_read_only = off               | may_write
            SERIALIZABLE         | BEGIN READ ONLY                               | serializable
            SERIALIZABLE         | INSERT INTO t VALUES (1)                      | may_write
            SESSIONS             | BEGIN READ ONLY                               | session_mode
            SESSIONS             | SELECT 1                                      | may_write
            READ_ONLY_SESSIONS   | SELECT 1                                      | read_only_session
            REPLICA_SESSIONS     | SELECT 1                                      | setting_replica
            NO_REPLICA           | BEGIN READ ONLY                               | no_replica
            NO_REPLICA           | SELECT 1                                      | may_write
            LEAST_LAG            | BEGIN READ ONLY                               | least_lag
            WRITING              | BEGIN READ ONLY                               | write_in_flight
            WRITING              | INSERT INTO t VALUES (1)                      | may_write
            WRITTEN              | BEGIN READ ONLY                               | own_write
            WRITTEN_AND_REPLAYED | BEGIN READ ONLY                               | read_only_transaction
            HAS_READ             | BEGIN READ ONLY                               | monotonic
            REFUSED              | BEGIN READ ONLY                               | refused
            REFUSED              | SELECT 1                                      | refused
            AUTO                 | SET timezone = 'UTC'                          | not_a_read
            PRIMARY_AWAY         | SET timezone = 'UTC'                          | settings
            PRIMARY_AWAY         | SELECT 1                                      | may_write
            PRIMARY_AWAY_AUTO    | SET SESSION timezone TO 'UTC'; SET a.b = 1    | settings
            PRIMARY_AWAY_AUTO    | RESET ALL                                     | settings
            PRIMARY_AWAY_AUTO    | SHOW work_mem                                 | settings
            PRIMARY_AWAY_AUTO    | SET weir.explain = on                         | settings
            PRIMARY_AWAY_AUTO    | SHOW weir.node                                | settings
            PRIMARY_AWAY_AUTO    | SET a.b = 1; CREATE TABLE t ()                | not_a_read
            PRIMARY_AWAY_AUTO    | SET a.b = 1; SELECT unknown_one()             | not_a_read
            PRIMARY_AWAY_AUTO    | SET a.b = 1; COMMIT                           | not_a_read
            PRIMARY_AWAY_AUTO    | SET transaction_read_only = off               | may_write
            PRIMARY_AWAY_AUTO    | CREATE TABLE t ()                             | not_a_read
            """;

    /** A row of the table: when a text comes first, it goes somewhere for a reason. */
    record Row(Given given, String text, Reason reason) {
        static Row of(String line) {
            String[] cells = line.split("\\|", -1);
            String reason = cells[2].strip().toUpperCase(Locale.ROOT);
            return new Row(
                    Given.valueOf(cells[0].strip()), cells[1].strip(), Reason.valueOf(reason));
        }
    }

    static Stream<Row> rows() {
        return TABLE.lines().map(Row::of);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void goes(Row row) {
        RouteWorld world = row.given().world();
        int node = row.reason().isOnReplica() ? REPLICA : PRIMARY;
        assertThat(world.query(row.text())).isEqualTo(new Decision.Go(node, row.reason()));
    }

    /** What a lone text of a session without a connection cannot bring about. */
    @Test
    void goesForTheReasonsThatNeedMore() {
        assertThat(tooLong()).isEqualTo(Reason.TOO_LONG);
        assertThat(refusedBefore()).isEqualTo(Reason.REFUSED_BEFORE);
        assertThat(waited()).isEqualTo(Reason.WAITED);
        assertThat(pinned()).isEqualTo(Reason.PINNED);
    }

    private static Reason reason(Decision decision) {
        return ((Decision.Go) decision).reason();
    }

    private static Reason tooLong() {
        Demand cut = demand(null, false, "BEGIN READ ONLY");
        return reason(new RouteWorld().router().begin(cut, true, 0));
    }

    private static Reason refusedBefore() {
        var texts = new Texts(0);
        byte[] text = "SELECT writes()".getBytes(UTF_8);
        var demand = new Demand();
        demand.begin(null);
        ByteBuf in = Unpooled.wrappedBuffer(text);
        demand.runs(texts.refused(in, 0, text.length, LexicalRules.STANDARD));
        demand.end(true);
        return reason(new RouteWorld().route(Route.AUTO).router().begin(demand, true, 0));
    }

    private static Reason waited() {
        RouteWorld world = new RouteWorld().waits().written(2_000);
        world.query("BEGIN READ ONLY");
        world.replica(2_000, true);
        return reason(world.router().look(world.now));
    }

    private static Reason pinned() {
        var world = new RouteWorld();
        world.runs("LISTEN a");
        return reason(world.router().follow(demand("BEGIN READ ONLY"), Standing.BETWEEN));
    }

    @Test
    void eachReasonIsReached() {
        Set<Reason> reached = EnumSet.of(tooLong(), refusedBefore(), waited(), pinned());
        rows().map(Row::reason).forEach(reached::add);
        assertThat(reached).containsExactlyInAnyOrderElementsOf(Arrays.asList(Reason.values()));
    }
}
