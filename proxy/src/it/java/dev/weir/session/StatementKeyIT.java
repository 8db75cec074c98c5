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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that decide what a Parse or a plan means tell statements of one text apart. */
final class StatementKeyIT {
    /** Sets what it is told by names spelled backwards, so that no text shows them. */
    private static final String SET_HIDDEN =
            """
            create or replace function set_hidden(name text, value text, local boolean)
            returns text language plpgsql
            as 'begin return set_config(reverse(name), reverse(value), local); end'
            """;

    private static final String READER =
            """
            create or replace function read_%d() returns text language plpgsql
            as $f$begin return (%s); end$f$
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

    /**
     * Settings, values of them, and what is read in another way then. Not those of the lexer: once
     * a function has been read, PostgreSQL does not forget its tokens.
     */
    private static final List<List<String>> READINGS =
            List.of(
                    List.of("transform_null_equals", "on", "((null::int) = null)::text"),
                    List.of("array_nulls", "off", "array_to_string('{NULL}'::text[], ',')"),
                    List.of(
                            "timezone_abbreviations",
                            "India",
                            "('2020-01-01 00:00 IST'::timestamptz at time zone 'UTC')::text"),
                    List.of("extra_float_digits", "-15", "1.1::float8::text"),
                    List.of("bytea_output", "escape", "'\\xff'::bytea::text"),
                    List.of("quote_all_identifiers", "on", "quote_ident('a')"),
                    List.of("DateStyle", "ISO, DMY", "'01/02/2020'::date::text"),
                    List.of("IntervalStyle", "iso_8601", "'1 day 2 hours'::interval::text"),
                    List.of(
                            "TimeZone",
                            "Asia/Tokyo",
                            "('2020-01-01 00:00'::timestamptz at time zone 'UTC')::text"),
                    List.of("xmloption", "document", "'a<b/>'::xml::text"),
                    List.of("xmlbinary", "hex", "xmlelement(name a, '\\xff'::bytea)::text"),
                    List.of("default_text_search_config", "simple", "to_tsvector('cats')::text"),
                    List.of("backslash_quote", "off", "E'a\\'b'"),
                    List.of("search_path", "kept, public", "(select place from keyed)"),
                    List.of("role", "pg_monitor", "current_user::text"));

    /**
     * Settings that a function has changed stay with its client, and so do its statements and what
     * functions have read meanwhile.
     */
    @Test
    void noFunctionMakesOthersReadATextInAnotherWay() {
        one.execute(
                """
                create schema if not exists kept;
                create table if not exists keyed as select 'here' as place;
                create table if not exists kept.keyed as select 'kept' as place
                """);
        for (Rig weir : List.of(one, two)) {
            WireClient first = weir.client();
            StringBuilder all = new StringBuilder(SET_HIDDEN);
            for (int i = 0; i < READINGS.size(); i++) {
                String read = READINGS.get(i).getLast();
                all.append(';').append(READER.formatted(2 * i, read));
                all.append(';').append(READER.formatted(2 * i + 1, read));
            }
            first.query(all.toString()); // by Weir, which thus reads the catalog again
            weir.awaitCatalog(first, "postgres");
            for (int i = 0; i < READINGS.size(); i++) {
                String text = "select " + READINGS.get(i).getLast();
                String read = "select public.read_%d()";
                read(weir, READINGS.get(i), true, List.of(text, read.formatted(2 * i)));
                read(weir, READINGS.get(i), false, List.of(text + " ", read.formatted(2 * i + 1)));
            }
        }
    }

    private static void read(Rig weir, List<String> reading, boolean isLocal, List<String> texts) {
        String set =
                "select set_hidden('%s', '%s', %s)"
                        .formatted(reversed(reading.get(0)), reversed(reading.get(1)), isLocal);
        WireClient setting = weir.client();
        WireClient other = weir.client();
        WireClient direct = weir.direct();
        WireClient directOther = weir.direct();
        for (WireClient each : List.of(setting, direct)) {
            each.query("begin");
            each.query(set);
        }
        assertThat(said(setting, "s", texts)).as(set).isEqualTo(said(direct, "s", texts));
        for (WireClient each : List.of(setting, direct)) {
            each.query("commit");
        }
        assertThat(said(setting, "t", texts)).as(set).isEqualTo(said(direct, "t", texts));
        List<String> expected = said(directOther, "u", texts);
        assertThat(said(other, "u", texts)).as("behind " + set).isEqualTo(expected);
        setting.close();
        assertThat(said(other, "v", texts)).as("after " + set).isEqualTo(expected);
        for (WireClient each : List.of(other, direct, directOther)) {
            each.close();
        }
    }

    private static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }

    /** By the extended protocol and by Query. */
    private static List<String> said(WireClient client, String name, List<String> texts) {
        List<String> said = new ArrayList<>();
        for (String text : texts) {
            said.addAll(parseAndRun(client, name + said.size(), text));
            client.send(Wire.query(text));
            said.addAll(summaries(client));
        }
        // notices that others had when they called the function first
        said.removeIf(line -> line.startsWith("S ") || line.startsWith("N "));
        return said;
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
