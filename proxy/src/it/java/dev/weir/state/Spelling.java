package dev.weir.state;

import dev.weir.pgkit.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One way to set {@code app.tenant} to A for the session.
 *
 * @param name what it is
 * @param messages what the client sends; each ends with a Sync, or is a Query
 * @param isKept whether the client finds it again after another one has had its connection: a text
 *     must name the setting, or a Bind
 */
record Spelling(String name, List<byte[]> messages, boolean isKept) {
    static final List<Spelling> ALL = all();

    private static Spelling query(String name, boolean isKept, String... texts) {
        var all = new ArrayList<byte[]>();
        for (String text : texts) {
            all.add(Wire.query(text));
        }
        return new Spelling(name, all, isKept);
    }

    private static Spelling bound(
            String name, boolean isKept, String text, @Nullable String... values) {
        byte[] batch =
                Wire.concat(
                        Wire.parse("", text),
                        Wire.bind("", "", values),
                        Wire.execute("", 0),
                        Wire.sync());
        return new Spelling(name, List.of(batch), isKept);
    }

    private static Spelling named(String name, String text, @Nullable String... values) {
        return new Spelling(
                name,
                List.of(
                        Wire.concat(Wire.parse("s", text), Wire.sync()),
                        Wire.concat(
                                Wire.bind("", "s", values),
                                Wire.execute("", 0),
                                Wire.closeStatement("s"),
                                Wire.sync())),
                true);
    }

    private static byte[] callOfSetConfig() {
        return Wire.functionCall(
                2078,
                "app.tenant".getBytes(StandardCharsets.UTF_8),
                "A".getBytes(StandardCharsets.UTF_8),
                new byte[] {0});
    }

    private static List<Spelling> all() {
        String sixtyFour =
                IntStream.range(0, 64)
                        .mapToObj(i -> "set app.n" + i + " = 'x';")
                        .collect(Collectors.joining());
        String long64 = "/*" + "x".repeat(70_000) + "*/ ";
        return List.of(
                query("SET", true, "set app.tenant = 'A'"),
                query("SET SESSION … TO", true, "SET SESSION app.tenant TO 'A'"),
                query("in capitals", true, "SET APP.TENANT = 'A'"),
                query("quoted", true, "set \"app\".\"tenant\" = 'A'"),
                query("set_config", true, "select set_config('app.tenant', 'A', false)"),
                query("in a block", true, "begin", "set app.tenant = 'A'", "commit"),
                query("behind another statement", true, "select 1; set app.tenant = 'A'"),
                bound("SET by Parse", true, "set app.tenant = 'A'"),
                bound("a bound value", true, "select set_config('app.tenant', $1, false)", "A"),
                bound("a bound name", true, "select set_config($1, $2, false)", "app.tenant", "A"),
                bound(
                        "all bound",
                        true,
                        "select set_config($1, $2, $3)",
                        "app.tenant",
                        "A",
                        "false"),
                new Spelling("a FunctionCall", List.of(callOfSetConfig()), true),
                named("SET by a named statement", "set app.tenant = 'A'"),
                named(
                        "a name bound to a named statement",
                        "select set_config($1, $2, false)",
                        "app.tenant",
                        "A"),
                query(
                        "a name from VALUES",
                        true,
                        "select set_config(k, 'A', false) from (values ('app.tenant')) v(k)"),
                query(
                        "a name put together",
                        true,
                        "select set_config('app' || '.tenant', 'A', false)"),
                query("an escape", true, "select set_config(E'app\\x2etenant', 'A', false)"),
                query(
                        "a Unicode escape",
                        true,
                        "select set_config(U&'app\\002etenant', 'A', false)"),
                query("a Unicode name", true, "set app.U&\"t\\0065nant\" = 'A'"),
                query(
                        "DO",
                        true,
                        "do $$ begin perform set_config('app.' || 'tenant', 'A', false); end $$"),
                query(
                        "DO that executes a text",
                        true,
                        "do $$ begin execute 'set app.tenant = ''A'''; end $$"),
                query(
                        "DO with escapes",
                        true,
                        "do E'begin perform set_config(''app.t\\x65nant'', ''A'', false); end'"),
                query(
                        "another escape character",
                        true,
                        "select set_config(U&'app!002etenant' uescape '!', 'A', false)"),
                query("a Unicode name apart", true, "set app . U&\"t!0065nant\" uescape '!' = 'A'"),
                query(
                        "an octal escape, put together",
                        true,
                        "select set_config('app'::text || E'\\056' || 'tenant', 'A', false)"),
                query(
                        "a hidden function",
                        true,
                        "select U&\"set\\005fconfig\"('app.tenant', 'A', false)"),
                query(
                        "a name in an array",
                        true,
                        "select set_config(n, 'A', false) from unnest('{app.tenant}'::text[]) n"),
                query(
                        "a name in JSON",
                        true,
                        "select set_config(key, value, false) from"
                                + " json_each_text('{\"app.tenant\": \"A\"}')"),
                bound(
                        "a name in bound JSON",
                        true,
                        "select set_config(key, value, false) from json_each_text($1)",
                        "{\"app.tenant\": \"A\"}"),
                query(
                        "a name that no text has whole",
                        false,
                        "do $$ begin execute format('set %I.%I = %L', 'app', 'tenant', 'A'); end"
                                + " $$"),
                query(
                        "PREPARE and EXECUTE",
                        true,
                        "prepare p(text) as select set_config($1, 'A', false); execute"
                                + " p('app.tenant'); deallocate p"),
                query("a long text", false, long64 + "set app.tenant = 'A'"),
                query("the 65th name", true, sixtyFour + "set app.tenant = 'A'"),
                query("a function", false, "select state_sets('A')"),
                query("a function in a FROM", false, "select * from state_sets('A')"),
                query("a view", false, "select * from state_view"),
                query("a trigger", false, "insert into state_triggers values (1)"),
                query("a rule", false, "insert into state_rules values (1)"),
                query("a default", false, "insert into state_defaults default values"),
                query("a check", false, "insert into state_checks values (1)"),
                query("a generated column", false, "insert into state_generated values (1)"),
                query("a domain", false, "select 1::state_domain"),
                query("a cast", false, "select 'A'::state_type::int"),
                query("an operator", false, "select 1 <%%> 2"),
                query("an aggregate", false, "select state_aggregate(1)"),
                query("a procedure", false, "call state_procedure()"),
                query(
                        "a string that ends elsewhere",
                        false,
                        "set standard_conforming_strings = off",
                        "select 'a\\'b'; set app.tenant = 'A' --'",
                        "reset standard_conforming_strings"),
                query(
                        "a rolled back function",
                        false,
                        "begin",
                        "create function state_gone() returns text language sql as $$ select"
                                + " set_config('app.tenant', 'A', false) $$",
                        "savepoint s",
                        "select state_gone()",
                        "rollback to s",
                        "select state_gone()",
                        "rollback"));
    }

    /** What the spellings need. */
    static final List<String> OBJECTS =
            List.of(
                    "create or replace function state_sets(text) returns text language sql as $$"
                            + " select set_config('app.tenant', $1, false) $$",
                    "create or replace view state_view as select state_sets('A')",
                    "create table if not exists state_triggers (i int)",
                    "create or replace function state_trigger() returns trigger language plpgsql"
                            + " as $$ begin perform state_sets('A'); return new; end $$",
                    "create or replace trigger t before insert on state_triggers for each row"
                            + " execute function state_trigger()",
                    "create table if not exists state_rules (i int)",
                    "create or replace rule r as on insert to state_rules do also select"
                            + " state_sets('A')",
                    "create table if not exists state_defaults (v text default state_sets('A'))",
                    "create table if not exists state_checks (i int check (state_sets('A') = 'A'"
                            + " and i > 0))",
                    "create or replace function state_pure(int) returns text language plpgsql"
                            + " immutable as $$ begin return state_sets('A'); end $$",
                    "create table if not exists state_generated (i int, v text generated always as"
                            + " (state_pure(i)) stored)",
                    "drop type if exists state_row",
                    "drop domain if exists state_domain cascade",
                    "create domain state_domain as int check (state_pure(value) = 'A')",
                    "create type state_row as (a state_domain)",
                    "drop type if exists state_type cascade",
                    "create type state_type as enum ('A')",
                    "create or replace function state_casts(state_type) returns int language"
                            + " plpgsql as $$ begin perform state_sets('A'); return 1; end $$",
                    "create cast (state_type as int) with function state_casts(state_type)",
                    "create or replace function state_operates(int, int) returns int language"
                            + " plpgsql as $$ begin perform state_sets('A'); return 1; end $$",
                    "drop operator if exists <%%> (int, int)",
                    "create operator <%%> (leftarg = int, rightarg = int, function ="
                            + " state_operates)",
                    "create or replace aggregate state_aggregate(int) (sfunc = state_operates,"
                            + " stype = int, initcond = '0')",
                    "create or replace procedure state_procedure() language plpgsql as $$ begin"
                            + " perform state_sets('A'); end $$");

    @Override
    public String toString() {
        return name;
    }
}
