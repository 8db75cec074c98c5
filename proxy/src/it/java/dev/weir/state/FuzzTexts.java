package dev.weir.state;

import java.util.List;

/** What clients of the fuzz test say: every text by itself, in any order. */
final class FuzzTexts {
    private FuzzTexts() {}

    /** Begins each script: {@link #FREE} and {@link #REPEATED} change and read this table. */
    static final String FRESH_TABLE =
            "drop table if exists fuzz.x cascade; create table fuzz.x as select 1 as i";

    /**
     * What hides what it does. What is hidden is kept for its client only as long as nobody else
     * gets the connection, so no text shows it: the auditor looks for it. Run several times, each
     * says the same.
     */
    static final List<String> OBJECTS =
            List.of(
                    "drop schema if exists fuzz cascade; create schema fuzz",
                    hidden("setting", "perform set_config('request.claims', 'f', false)"),
                    hidden("plain", "set geqo_threshold = 7"),
                    hidden("local", "perform set_config('request.' || 'claims', 'l', true)"),
                    hidden("computed", "perform set_config(reverse('neddih.ym'), 'c', false)"),
                    hidden("seeded", "perform setseed(0.25)"),
                    hidden("temp", "create temp table if not exists hidden_table (i int)"),
                    hidden("lock", "perform pg_advisory_lock_shared(99)"),
                    hidden("sequence", "perform nextval('fuzz.numbers')"),
                    hidden(
                            "cursor",
                            "begin execute 'close hidden_cursor'; exception when others then null;"
                                + " end; execute 'declare hidden_cursor cursor with hold for select"
                                + " 1'"),
                    hidden(
                            "prepared",
                            "begin execute 'deallocate hidden_statement'; exception when others"
                                    + " then null; end; execute 'prepare hidden_statement as select"
                                    + " 1'"),
                    hidden("fails", "perform set_config('request.claims', 'x', false), 1/0"),
                    hidden("caller", "perform fuzz.setting(); perform fuzz.seeded()"),
                    "create sequence fuzz.numbers; create table fuzz.t (i int)",
                    "create table fuzz.x as select 1 as i",
                    "create function fuzz.on_t() returns trigger language plpgsql as $$ begin"
                            + " perform fuzz.setting(); perform fuzz.plain(); return new; end $$",
                    "create trigger t before insert on fuzz.t for each row execute function"
                            + " fuzz.on_t()",
                    "create view fuzz.v as select 1 as i where fuzz.caller() is not null",
                    "create function fuzz.is_fine(int) returns boolean language plpgsql as $$ begin"
                            + " perform fuzz.setting(); return true; end $$",
                    "create domain fuzz.checked as int check (fuzz.is_fine(value))",
                    "create function fuzz.same(int, int) returns boolean language plpgsql as $$"
                            + " begin perform fuzz.setting(); return $1 = $2; end $$",
                    "create operator fuzz.=== (leftarg = int, rightarg = int, function ="
                            + " fuzz.same)",
                    "create function fuzz.add(int, int) returns int language plpgsql as $$ begin"
                            + " perform fuzz.setting(); return 1; end $$",
                    "create aggregate fuzz.agg (int) (sfunc = fuzz.add, stype = int)",
                    "create function fuzz.number() returns int language plpgsql as $$ begin"
                            + " perform fuzz.seeded(); return 1; end $$",
                    "create table fuzz.d (i int default fuzz.number())");

    private static String hidden(String name, String body) {
        return "create function fuzz.%s() returns text language plpgsql set client_min_messages = error as $$ begin %s; return ''; end $$"
                .formatted(name, body);
    }

    /** What does something that no text shows. */
    static final List<String> HIDDEN =
            List.of(
                    "select fuzz.setting()",
                    "select fuzz.plain()",
                    "select fuzz.local()",
                    "select fuzz.computed()",
                    "select fuzz.seeded()",
                    "select fuzz.sequence()",
                    "select fuzz.fails()",
                    "select fuzz.caller()",
                    "insert into fuzz.t values (1)",
                    "insert into fuzz.d default values",
                    "select i from fuzz.v",
                    "select 1::fuzz.checked",
                    "select 1 operator(fuzz.===) 1",
                    "select fuzz.agg(i) from generate_series(1, 2) i",
                    "do $$ begin perform fuzz.setting(); end $$",
                    "do $$ begin set geqo_threshold = 8; end $$",
                    "do $$ begin execute 'select ' || 'fuzz.seeded()'; end $$",
                    "do $$ begin perform setseed(0.25); raise exception 'no'; end $$",
                    "select query_to_xml('select fuzz.setting()', true, true, '')",
                    "update pg_settings set setting = '9' where name = 'geqo_threshold'",
                    "select setseed(0.25)",
                    "set seed = 0.25",
                    "select count(*) from (values ('request.claims')) v(k) where set_config(k, 'v',"
                            + " false) is not null",
                    "select count(set_config(k, 'j', false)) from"
                            + " json_object_keys('{\"request.claims\": 1}') k",
                    "create or replace function fuzz.made() returns text language sql as $$ select"
                            + " set_config('request.claims', 'made', false) $$; select fuzz.made()",
                    "begin; create or replace function fuzz.gone() returns text language sql as $$"
                            + " select set_config('request.claims', 'g', false) $$; select"
                            + " fuzz.gone(); rollback",
                    "explain (analyze, costs off, timing off, summary off, buffers off) select"
                            + " fuzz.setting()");

    /**
     * What does something that no text shows, and ties its client to its connection where Weir
     * asks.
     */
    static final List<String> HIDDEN_AND_TYING =
            List.of(
                    "select fuzz.temp()",
                    "select fuzz.lock()",
                    "select fuzz.cursor()",
                    "select fuzz.prepared()");

    /** What leaves nothing that ties a client to its connection. */
    static final List<String> FREE =
            List.of(
                    "set work_mem = '3MB'",
                    "set work_mem = '5MB'",
                    "set local work_mem = '7MB'",
                    "set work_mem to default",
                    "reset work_mem",
                    "show work_mem",
                    "set datestyle = 'ISO, DMY'",
                    "set datestyle = 'SQL, MDY'",
                    "select '01/02/2020'::date::text",
                    "set timezone = 'Asia/Tokyo'",
                    "set local timezone = 'UTC'",
                    "show timezone",
                    "set search_path = pg_catalog, public",
                    "set local search_path = public",
                    "show search_path",
                    "set app.tenant = 'A'",
                    "set local app.tenant = 'B'",
                    "reset app.tenant",
                    "select set_config('app.tenant', 'C', false)",
                    "select set_config('app.' || 'other', 'D', true)",
                    "select set_config('my.x', 'E', false), set_config('work_mem', '9MB', false)",
                    "select nullif(current_setting('app.tenant', true), '')",
                    "select nullif(current_setting('app.other', true), '')",
                    "select nullif(current_setting('my.x', true), '')",
                    "set role pg_monitor",
                    "set local role pg_read_all_settings",
                    "reset role",
                    "set role none",
                    "select current_user, session_user",
                    "set session authorization default",
                    "set statement_timeout = '100s'",
                    "show statement_timeout",
                    "set session characteristics as transaction read only",
                    "set session characteristics as transaction read write",
                    "set default_transaction_isolation = 'repeatable read'",
                    "show transaction_isolation",
                    "set transaction isolation level serializable",
                    "set bytea_output = 'escape'",
                    "select '\\x00ff'::bytea::text",
                    "set standard_conforming_strings = off",
                    "set standard_conforming_strings = on",
                    "select 'a\\\\b'",
                    "set client_encoding = 'LATIN1'",
                    "reset client_encoding",
                    "show client_encoding",
                    "set application_name = 'fuzz'",
                    "show application_name",
                    "reset all",
                    "discard all",
                    "discard plans",
                    "deallocate all",
                    "do $$ begin perform set_config('request.claims', 'hidden', false); end $$",
                    "do $$ begin perform set_config('request.claims', 'own', true); end $$",
                    "set client_encoding = 'SJIS'",
                    "set client_encoding = 'BIG5'",
                    "select length('表ソ能'), set_config('my.x', 'E', false)",
                    "select 'a\\'; set my.x = 'F' --'",
                    "set escape_string_warning = off",
                    "set backslash_quote = on",
                    "select E'\\x61pp.tenant', set_config(E'\\x61pp.tenant', 'X', false)",
                    "select set_config(U&'app\\002Etenant', 'U', false)",
                    "set \"app\".\"tenant\" = 'Q'",
                    "set extra_float_digits = 0",
                    "select 0.1::float8 + 0.2::float8",
                    "set intervalstyle = 'iso_8601'",
                    "select interval '1 day 2 hours'",
                    "set local datestyle = 'German'",
                    "set transform_null_equals = on",
                    "select 1 = null",
                    "execute s",
                    "deallocate s",
                    "copy (select 1) to stdout",
                    "begin; select set_config('app.tenant', 'R', true); select"
                            + " current_setting('app.tenant'); commit",
                    "select pg_catalog.set_config('search_path', 'public', false)",
                    "reset search_path",
                    "select '01/02/2020'::date",
                    "select '01/02/2020'::date",
                    "create or replace view fuzz.w as select 1 as i",
                    "select 1/0",
                    "select * from fuzz.x",
                    "select i from fuzz.x",
                    "alter table fuzz.x add column if not exists j int default 2",
                    "alter table fuzz.x drop column if exists j",
                    "alter table fuzz.x alter column i type text",
                    "begin; alter table fuzz.x add column if not exists k int; rollback",
                    FRESH_TABLE,
                    "commit; select 1/0",
                    "begin; set local work_mem = '11MB'; savepoint q; set work_mem = '12MB';"
                            + " rollback to q; commit",
                    "begin; set work_mem = '13MB'; rollback",
                    "end",
                    "rollback and chain",
                    "select 1",
                    "set nothing.like = 'that'",
                    "set no_such_setting = 1",
                    "begin",
                    "begin isolation level repeatable read",
                    "commit",
                    "commit",
                    "commit",
                    "rollback",
                    "rollback",
                    "savepoint s",
                    "rollback to s",
                    "release s",
                    "commit and chain",
                    "select pg_advisory_xact_lock(7)",
                    "listen news",
                    "listen \"Other\"",
                    "unlisten news",
                    "unlisten *",
                    "notify news, 'n'",
                    "select pg_notify('Other', 'o')",
                    "declare c cursor for select generate_series(1, 3)",
                    "fetch 1 from c",
                    "close c",
                    "close all");

    /** What is prepared under a name and run later, with other settings and another catalog. */
    static final List<String> REPEATED =
            List.of(
                    "select * from fuzz.x",
                    "select i from fuzz.x",
                    "insert into fuzz.x default values",
                    "select current_user, current_setting('work_mem')",
                    "set work_mem = '17MB'",
                    "select set_config('app.tenant', 'P', false)",
                    "begin",
                    "commit",
                    "rollback",
                    "select fuzz.setting()");

    /** What ties a client to its connection. */
    static final List<String> TYING =
            List.of(
                    "create temp table tt (i int)",
                    "create temp table tt (i int) on commit drop",
                    "insert into tt values (1) returning i",
                    "select count(*) from tt",
                    "drop table tt",
                    "discard temp",
                    "select pg_advisory_lock(8)",
                    "select pg_advisory_unlock(8)",
                    "select pg_advisory_unlock_all()",
                    "declare h cursor with hold for select generate_series(1, 3)",
                    "fetch 1 from h",
                    "close h",
                    "prepare p as select 'sql'",
                    "execute p",
                    "deallocate p");
}
