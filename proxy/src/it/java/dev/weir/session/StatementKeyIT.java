package dev.weir.session;

import dev.weir.config.PoolMode;
import dev.weir.session.StatementWalk.Step;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that decide what a Parse or a plan means tell statements of one text apart. */
final class StatementKeyIT {
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
}
