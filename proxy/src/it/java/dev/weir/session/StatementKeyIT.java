package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.session.StatementWalk.Step;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that decide what a Parse or a plan means tell statements of one text apart. */
final class StatementKeyIT {
    private static final String NULLS_ARE_WORDS =
            """
            create or replace function nulls_are_words(local boolean) returns text language sql
            as $$select set_config('array' || '_nulls', 'off', local)$$
            """;

    @RegisterExtension
    static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_prepared_statements = 2");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    transform_null_equals | on               | select (null::int) = null
                    array_nulls           | off              | select array_to_string('{NULL}'::text[], ',')
                    timezone_abbreviations| India            | select ('2020-01-01 00:00 IST'::timestamptz at time zone 'UTC')::text
                    extra_float_digits    | -15              | select 1.1::float8::text
                    bytea_output          | escape           | select '\\xff'::bytea::text
                    quote_all_identifiers | on               | select quote_ident('a')
                    DateStyle             | 'ISO, DMY'       | select '01/02/2020'::date::text
                    IntervalStyle         | iso_8601         | select '1 day 2 hours'::interval::text
                    TimeZone              | 'Asia/Tokyo'     | select ('2020-01-01 00:00'::timestamptz at time zone 'UTC')::text
                    standard_conforming_strings | off; set escape_string_warning = off | select length('a\\\\b')
                    search_path           | pg_catalog, kept | select place from keyed
                    role                  | keyed_role       | select place from keyed
                    """)
    void theyDecide(String name, String value, String text) {
        one.execute(
                """
                do $$begin create role keyed_role; exception when duplicate_object then end$$;
                create schema if not exists kept;
                create schema if not exists keyed_role;
                grant usage on schema keyed_role to keyed_role;
                create table if not exists keyed as select 'here' as place;
                create table if not exists kept.keyed as select 'kept' as place;
                create table if not exists keyed_role.keyed as select 'role' as place;
                grant select on keyed_role.keyed to public
                """);
        var walk = new StatementWalk(List.of(one, two), List.of(text));
        Step set = Step.query("set " + name + " = " + value);
        Step parse = Step.parse("s", text);
        Step run = Step.run("s");
        walk.compare(set, parse, run, Step.sync());
        walk.compare(
                parse,
                run,
                Step.sync(),
                set,
                run,
                Step.sync(),
                Step.parse("t", text),
                Step.run("t"));
        walk.compare(
                Step.query("begin"),
                Step.query("set local " + name + " = " + value),
                parse,
                Step.sync(),
                run,
                Step.sync(),
                Step.query("rollback"),
                run,
                Step.sync());
    }

    /** PostgreSQL checks the right to use a schema when it parses, and not when it runs. */
    @ParameterizedTest
    @ValueSource(strings = {"select hidden.f()", "select place from hidden.t"})
    void noRoleReachesASchemaByAnothersStatement(String text) {
        one.execute(
                """
                do $$begin create role hidden_from; exception when duplicate_object then end$$;
                create schema if not exists hidden;
                create or replace function hidden.f() returns text language sql as $$select 'f'$$;
                create table if not exists hidden.t as select 't' as place;
                grant select on hidden.t to public
                """);
        for (Rig weir : List.of(one, two)) {
            WireClient owner = weir.client();
            WireClient other = weir.client();
            WireClient direct = weir.direct();
            for (WireClient each : List.of(owner, other, direct)) {
                each.query("set search_path = public");
            }
            assertThat(parseAndRun(owner, "s", text)).contains("Z I").doesNotContain("E 42501");
            for (WireClient each : List.of(other, direct)) {
                each.query("set role hidden_from");
            }
            assertThat(parseAndRun(other, "u", text))
                    .isEqualTo(parseAndRun(direct, "u", text))
                    .anyMatch(said -> said.startsWith("E 42501"));
            // and the other way round: what was parsed with the right to do so goes on
            for (WireClient each : List.of(owner, direct)) {
                each.query("reset role");
                parseAndRun(each, "v", text);
                each.query("set role hidden_from");
            }
            assertThat(run(owner, "v")).isEqualTo(run(direct, "v"));
            one.execute("create table if not exists hidden.other (i int); drop table hidden.other");
            assertThat(run(owner, "v")).isEqualTo(run(direct, "v"));
            assertThat(parseAndRun(other, "w", text)).isEqualTo(parseAndRun(direct, "w", text));
        }
    }

    /** A setting that a function has changed stays with its client, and so do its statements. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noFunctionMakesOthersReadATextInAnotherWay(boolean isLocal) {
        String text = "select array_to_string('{NULL,%s}'::text[], ',')".formatted(isLocal);
        for (Rig weir : List.of(one, two)) {
            WireClient setting = weir.client();
            setting.query(NULLS_ARE_WORDS); // by Weir, which thus reads the catalog again
            weir.awaitCatalog(setting, "postgres");
            WireClient other = weir.client();
            WireClient direct = weir.direct();
            WireClient directOther = weir.direct();
            for (WireClient each : List.of(setting, direct)) {
                each.query("begin");
                each.query("select nulls_are_words(" + isLocal + ")");
            }
            assertThat(parseAndRun(setting, "s", text)).isEqualTo(parseAndRun(direct, "s", text));
            for (WireClient each : List.of(setting, direct)) {
                each.query("commit");
            }
            assertThat(parseAndRun(setting, "t", text)).isEqualTo(parseAndRun(direct, "t", text));
            List<String> expected = parseAndRun(directOther, "u", text);
            assertThat(parseAndRun(other, "u", text)).isEqualTo(expected);
            setting.close();
            assertThat(parseAndRun(other, "v", text)).isEqualTo(expected);
        }
    }

    private static List<String> parseAndRun(WireClient client, String name, String text) {
        client.send(Wire.parse(name, text), Wire.sync());
        List<String> said = new ArrayList<>(summaries(client));
        said.addAll(run(client, name));
        return said;
    }

    private static List<String> run(WireClient client, String name) {
        client.send(Wire.bind("", name), Wire.execute("", 0), Wire.sync());
        return summaries(client);
    }

    private static List<String> summaries(WireClient client) {
        return client.readUntilReady(1).stream().map(Message::summary).toList();
    }
}
