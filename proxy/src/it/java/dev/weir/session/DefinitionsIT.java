package dev.weir.session;

import static dev.weir.pgkit.Wire.concat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statements that were parsed before the catalog changed: a client that parses behind the change
 * notices nothing of those, and none gets rows of another type than it was told of.
 */
final class DefinitionsIT {
    @RegisterExtension
    static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_prepared_statements = 2");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 1");

    @RegisterExtension
    static final Rig manyOfTwo =
            Rig.shared(PoolMode.TRANSACTION, 2, "max_prepared_statements = 2", "max_pinned = 1");

    private static final String START =
            """
            set client_min_messages = error;
            drop schema if exists defined cascade;
            create schema defined;
            create type defined.mood as enum ('sad', 'glad');
            create table defined.t(a int, m defined.mood);
            insert into defined.t values (1, 'sad');
            create view defined.v as select a from defined.t;
            create function defined.f() returns int language sql as 'select 1'
            """;

    private static final String ALL = "select * from defined.t";
    private static final String ONE = "select a from defined.t";
    private static final String VIEW = "select * from defined.v";
    private static final String CALL = "select defined.f()";
    private static final String PARAMETER = "select a from defined.t where m = $1";

    private static final String WIDER = "alter table defined.t add b int default 2";
    private static final String RETYPED =
            "drop view defined.v; alter table defined.t alter a type text using '1234';"
                    + " create view defined.v as select a from defined.t";
    private static final String RECREATED =
            "drop table defined.t cascade; create table defined.t as select 'x' as a, 7 as n,"
                    + " null::defined.mood as m; create view defined.v as select a from defined.t";
    private static final String OTHER_MOOD =
            "alter table defined.t drop m; drop type defined.mood;"
                    + " create type defined.mood as enum ('good');"
                    + " alter table defined.t add m defined.mood default 'good'";
    private static final String OTHER_FUNCTION =
            "drop function defined.f(); create function defined.f() returns text language sql as"
                    + " 'select ''new'' '";
    private static final List<String> CHANGES =
            List.of(WIDER, RETYPED, RECREATED, OTHER_MOOD, OTHER_FUNCTION);
    private static final List<String> TEXTS = List.of(ALL, ONE, VIEW, CALL, PARAMETER);

    /** What one of several clients sends; then it waits for the answer. */
    private static final class Said {
        private final char who;
        private final String what;
        private final byte[] bytes;

        Said(char who, String what, byte[]... messages) {
            this.who = who;
            this.what = what;
            this.bytes = concat(messages);
        }

        @Override
        public String toString() {
            return who + ": " + what;
        }
    }

    private static Said query(char who, String sql) {
        return new Said(who, "Q " + sql, Wire.query(sql));
    }

    private static Said parse(char who, String name, String sql) {
        return new Said(who, "P " + name + " " + sql, Wire.parse(name, sql), Wire.sync());
    }

    private static Said parseAndDescribe(char who, String name, String sql) {
        return new Said(
                who,
                "PD " + name + " " + sql,
                Wire.parse(name, sql),
                Wire.describeStatement(name),
                Wire.sync());
    }

    private static Said run(char who, String name, String text) {
        return new Said(who, "BE " + name, bind(name, text), Wire.execute("", 0), Wire.sync());
    }

    private static Said all(char who, String name, String text) {
        return new Said(
                who,
                "CPDBE " + name + " " + text,
                Wire.closeStatement(name),
                Wire.parse(name, text),
                Wire.describeStatement(name),
                bind(name, text),
                Wire.execute("", 0),
                Wire.sync());
    }

    private static byte[] bind(String name, String text) {
        return text.equals(PARAMETER) ? Wire.bind("", name, "sad") : Wire.bind("", name);
    }

    static Stream<String> changes() {
        return CHANGES.stream();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whoParsesBehindAChangeGetsTheNewCatalog(String change) {
        for (String text : TEXTS) {
            compare(
                    all('b', "s", text),
                    query('a', change),
                    all('c', "s", text),
                    parse('d', "s", text),
                    run('d', "s", text),
                    parseAndDescribe('e', "s", text),
                    run('e', "s", text),
                    query('e', "begin"),
                    parse('e', "t", text),
                    run('e', "t", text),
                    query('e', "commit"),
                    all('b', "s", text),
                    run('c', "s", text));
        }
    }

    @ParameterizedTest
    @MethodSource("changes")
    void whoWasToldOtherColumnsIsRefused(String change) {
        for (String text : TEXTS) {
            compare(
                    parseAndDescribe('b', "s", text),
                    run('b', "s", text),
                    query('a', "begin"),
                    query('a', change),
                    query('a', "commit"),
                    run('b', "s", text),
                    run('b', "s", text),
                    query('b', "begin"),
                    run('b', "s", text),
                    query('b', "rollback"),
                    all('b', "s", text));
        }
    }

    /** The connection that knows the statement is taken, so that another has to prepare it. */
    @ParameterizedTest
    @MethodSource("changes")
    void noConnectionGivesOtherColumns(String change) {
        for (String text : TEXTS) {
            List<Said> way =
                    List.of(
                            parseAndDescribe('b', "s", text),
                            run('b', "s", text),
                            query('a', change),
                            query('a', "begin"),
                            run('b', "s", text),
                            query('a', "select 1"),
                            query('a', "rollback"),
                            query('c', "begin"),
                            query('a', "begin"),
                            query('c', "rollback"),
                            run('b', "s", text),
                            query('a', "rollback"));
            compare(List.of(two, manyOfTwo), way);
        }
    }

    @Test
    void aChangeThatIsTakenBackHasNotHappened() {
        for (String text : List.of(ALL, ONE, VIEW)) {
            compare(
                    all('b', "s", text),
                    query('a', "begin"),
                    query('a', RETYPED),
                    all('a', "s", text),
                    run('a', "s", text),
                    query('a', "rollback"),
                    run('b', "s", text),
                    all('c', "s", text),
                    all('a', "s", text));
        }
    }

    /** What the server says of these commands does not tell that they define something. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table first.hidden as select 'first' as y",
                "select 'first' as y into first.hidden",
                "create materialized view first.hidden as select 'first' as y",
                "do 'begin create table first.hidden(y text); end'"
            })
    void aDefinitionCountsFromItsCommitWhateverItsTag(String definition) {
        String text = "select * from hidden";
        String path = "set search_path = first, second";
        List<Said> way =
                List.of(
                        query('a', "drop schema if exists first cascade"),
                        query('a', "drop schema if exists second cascade"),
                        query('a', "create schema first"),
                        query('a', "create schema second"),
                        query('a', "create table second.hidden as select 1 as x"),
                        query('a', path),
                        query('b', path),
                        query('c', path),
                        query('a', "begin"),
                        query('a', definition),
                        parseAndDescribe('b', "s", text),
                        run('b', "s", text),
                        query('a', "commit"),
                        query('a', "begin"),
                        parseAndDescribe('c', "s", text),
                        run('c', "s", text),
                        query('a', "rollback"),
                        query('a', "drop schema first cascade"),
                        query('a', "drop schema second cascade"));
        compare(List.of(two, manyOfTwo), way);
    }

    @Test
    void aTemporaryTableHidesATableFromItsClientOnly() {
        String text = "select * from hidden";
        List<Said> way =
                List.of(
                        query('a', "create table if not exists public.hidden as select 1 as x"),
                        all('a', "s", text),
                        all('b', "s", text),
                        query('a', "create temp table hidden as select 'temporary' as y"),
                        all('a', "t", text),
                        query('a', "drop table pg_temp.hidden"),
                        all('a', "u", text),
                        all('b', "t", text),
                        run('b', "s", text),
                        query('a', "drop table public.hidden"));
        compare(List.of(two, manyOfTwo), way);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyOrderReadsAsPostgres(long seed) {
        var random = new Random(seed);
        for (int walk = 0; walk < (Rig.SOAK ? 500 : 3); walk++) {
            List<Said> way = new ArrayList<>();
            for (int i = 0; i < 14; i++) {
                addRandom(way, random);
            }
            compare(List.of(one, two, manyOfTwo), way);
        }
    }

    private static void addRandom(List<Said> way, Random random) {
        char who = (char) ('b' + random.nextInt(2));
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        String name = "s" + TEXTS.indexOf(text);
        switch (random.nextInt(8)) {
            case 0 -> {
                way.add(query('a', "begin"));
                way.add(query('a', CHANGES.get(random.nextInt(CHANGES.size()))));
                way.add(all('a', name, text));
                way.add(query('a', random.nextBoolean() ? "commit" : "rollback"));
            }
            case 1 -> way.add(query('a', CHANGES.get(random.nextInt(CHANGES.size()))));
            case 2 -> {
                way.add(query(who, "begin"));
                way.add(run(who, name, text));
                way.add(all(who, name, text));
                way.add(run(who, name, text));
                way.add(query(who, "rollback"));
            }
            case 3 -> way.add(parse(who, name, text));
            case 4 -> way.add(parseAndDescribe(who, name, text));
            case 5 -> way.add(all(who, name, text));
            default -> way.add(run(who, name, text));
        }
    }

    private static void compare(Said... way) {
        compare(List.of(one, two, manyOfTwo), List.of(way));
    }

    private static void compare(List<Rig> rigs, List<Said> way) {
        List<String> expected = hold(way, one::direct);
        for (Rig weir : rigs) {
            assertThat(hold(way, weir::client)).as("%s through %s", way, weir).isEqualTo(expected);
        }
    }

    private static List<String> hold(List<Said> way, Supplier<WireClient> door) {
        WireClient first = door.get();
        assertThat(first.query(START)).noneMatch(message -> message.tag() == 'E');
        first.close();
        Map<Character, WireClient> clients = new HashMap<>();
        List<String> heard = new ArrayList<>();
        Function<Character, WireClient> comes = who -> door.get();
        for (Said said : way) {
            WireClient client = clients.computeIfAbsent(said.who, comes);
            client.send(said.bytes);
            heard.add(said.toString());
            for (Message message : client.readUntilReady()) {
                heard.add(heard(message));
            }
        }
        clients.values().forEach(WireClient::close);
        return heard;
    }

    /** The types that a test makes have another number each time. */
    private static String heard(Message message) {
        String summary = refused(message.summary());
        return summary.startsWith("T") || summary.startsWith("t")
                ? summary.replaceAll("\\d{5,}", "own")
                : summary;
    }

    /** Each of these errors says that what the client was told is not true any more. */
    private static String refused(String summary) {
        return summary.startsWith("E 0A000 cached plan must not change result type")
                        || summary.startsWith("E XX000 cache lookup failed for type")
                ? "refused"
                : summary;
    }
}
