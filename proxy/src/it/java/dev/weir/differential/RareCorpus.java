package dev.weir.differential;

/** What few clients do: state by ways that are rarely gone, and names at their limits. */
final class RareCorpus {
    private RareCorpus() {}

    static final String TEXT =
            """
            ## a function with settings of its own
            a: Q create function {d}.f() returns text language plpgsql set timezone = 'Asia/Tokyo' set app.tenant = 'inside' as $$ begin return current_setting('timezone') || current_setting('app.tenant'); end $$
            a: > Z
            a: Q set timezone = 'UTC'; select {d}.f(), current_setting('timezone')
            a: > Z
            b: Q select {d}.f(); show timezone
            b: > Z
            a: P "" | select {d}.f(), to_char(timestamptz '2020-07-01 00:00+00', 'HH24')
            a: B "" ""
            a: E "" 0
            a: P "" | select to_char(timestamptz '2020-07-01 00:00+00', 'HH24')
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z

            ## SET LOCAL in a function that has settings of its own [TX]
            Q create function {d}.f() returns text language plpgsql set work_mem = '3MB' as $$ begin set local work_mem = '5MB'; perform set_config('lock_timeout', '77', true); return current_setting('work_mem'); end $$
            > Z
            Q select {d}.f(), current_setting('work_mem'), current_setting('lock_timeout')
            > Z
            Q show work_mem; show lock_timeout
            > Z
            Q begin; select {d}.f()
            > Z
            Q show work_mem; show lock_timeout
            > Z
            Q commit
            > Z
            Q show work_mem; show lock_timeout
            > Z

            ## a Parse that the server has something to say of
            a: P "s" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            a: S
            a: > Z
            b: P "s" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            b: S
            b: > Z
            a: B "" "s"
            a: E "" 0
            a: S
            a: > Z
            b: B "" "s"
            b: E "" 0
            b: P "other" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            b: B "" "other"
            b: E "" 0
            b: S
            b: > Z

            ## a Parse that only one of two clients hears of
            a: Q set client_min_messages = error
            a: > Z
            a: P "s" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            a: S
            a: > Z
            b: P "s" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            b: S
            b: > Z
            a: P "again" | select 1 as nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn
            a: B "" "again"
            a: E "" 0
            a: S
            a: > Z
            b: B "" "s"
            b: E "" 0
            b: S
            b: > Z

            ## a text that is read with a warning, and run by EXECUTE
            a: Q set standard_conforming_strings = off
            a: > Z
            a: P "s" | select 'a\\\\b'
            a: S
            a: > Z
            b: Q select 1
            b: > Z
            a: Q execute s
            a: > Z
            a: P "" | execute s
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            a: B "" "s"
            a: E "" 0
            a: S
            a: > Z

            ## a function that sets as its definer
            a: Q create function {d}.f() returns text language plpgsql security definer as $$ begin execute format('set %I = %L', 'statement_timeout', '9s'); return current_user; end $$
            a: > Z
            a: Q select {d}.f()
            a: > Z
            b: Q show statement_timeout
            b: > Z

            ## a procedure that commits between settings [TX]
            a: Q create procedure {d}.p() language plpgsql as $$ begin set local lock_timeout = 11; commit; set lock_timeout = 12; commit; set lock_timeout = 13; rollback; end $$
            a: > Z
            a: Q call {d}.p()
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: P "" | call {d}.p()
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: Q show lock_timeout
            b: > Z

            ## DO in DO [TX]
            a: Q do $a$ begin execute 'do $b$ begin perform set_config(''lock_timeout'', ''21'', false); set app.tenant = ''deep''; end $b$'; end $a$
            a: > Z
            b: Q show lock_timeout; select nullif(current_setting('app.tenant', true), '')
            b: > Z
            a: Q show lock_timeout; select nullif(current_setting('app.tenant', true), '')
            a: > Z

            ## LISTEN in DO [TX]
            a: Q do $$ begin listen inner_channel; end $$
            a: > Z
            a: Q notify inner_channel, 'own'
            a: > Z
            b: Q notify inner_channel, 'other'
            b: > Z
            a: > A
            a: Q do $$ begin unlisten inner_channel; end $$
            a: > Z
            a: Q notify inner_channel, 'none'
            a: > Z

            ## LISTEN in DO that is put together [TX]
            a: Q do $$ begin execute 'lis' || 'ten put_together'; end $$
            a: > Z
            b: Q select 1
            b: > Z

            ## SET SESSION AUTHORIZATION and roles
            a: Q do $$ begin create role weir_rare in role pg_monitor; exception when duplicate_object then null; end $$
            a: > Z
            a: Q set session authorization weir_rare
            a: > Z
            b: Q select current_user, session_user, current_setting('role'), current_setting('is_superuser')
            b: > Z
            a: Q select current_user, session_user, current_setting('role'), current_setting('is_superuser')
            a: > Z
            a: Q set role pg_monitor; select current_user, session_user
            a: > Z
            a: Q set role none; select current_user, session_user, current_setting('role')
            a: > Z
            a: Q set role pg_monitor
            a: > Z
            b: Q select current_user
            b: > Z
            a: Q set session authorization default; select current_user, session_user, current_setting('role')
            a: > Z
            a: Q select current_user, session_user, current_setting('role')
            a: > Z
            a: P "" | set session authorization weir_rare
            a: B "" ""
            a: E "" 0
            a: P "" | select session_user
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: Q select session_user
            b: > Z
            a: Q reset session authorization; select session_user
            a: > Z

            ## a role that is set by set_config and by pg_settings
            a: Q select set_config('role', 'pg_monitor', false)
            a: > Z
            b: Q select current_user
            b: > Z
            a: Q select current_user
            a: > Z
            a: Q reset role; update pg_settings set setting = 'pg_monitor' where name = 'role'
            a: > Z
            b: Q select current_user
            b: > Z
            a: Q select current_user; reset role
            a: > Z

            ## pg_settings
            a: Q update pg_settings set setting = '42s' where name = 'statement_timeout'
            a: > Z
            b: Q show statement_timeout
            b: > Z
            a: Q show statement_timeout
            a: > Z
            a: P "" | update pg_catalog.pg_settings set setting = $1 where name = $2
            a: B "" "" | 17 | lock_timeout
            a: E "" 0
            a: S
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: Q show lock_timeout
            a: > Z

            ## sequences of one's own [TX]
            Q create sequence {d}.s; create table {d}.t (i serial, v text)
            > Z
            Q begin; select nextval('{d}.s'), currval('{d}.s'), lastval()
            > Z
            Q insert into {d}.t (v) values ('x') returning i; select lastval(), setval('{d}.s', 40), nextval('{d}.s'), currval('{d}.s')
            > Z
            Q commit
            > Z
            Q begin; discard sequences
            > Z
            Q rollback
            > Z

            ## discard sequences
            a: Q create sequence {d}.s; select nextval('{d}.s'); select lastval(); discard sequences
            a: > Z
            a: Q select lastval()
            a: > Z
            b: Q select lastval()
            b: > Z

            ## discard plans and temp [TX PIN]
            Q prepare p as select 1
            > Z
            Q create temp table t (i int)
            > Z
            Q discard plans
            > Z
            Q execute p; select count(*) from t
            > Z
            Q discard temp
            > Z
            Q execute p; select count(*) from t
            > Z
            Q deallocate p
            > Z

            ## SQL PREPARE in a function and in DO [TX PIN]
            Q do $$ begin execute 'prepare hidden as select 7'; end $$
            > Z
            Q execute hidden
            > Z
            P "" | execute hidden
            B "" ""
            E "" 0
            S
            > Z
            Q do $$ begin execute 'deallocate hidden'; end $$
            > Z
            Q execute hidden
            > Z

            ## two phases and settings [TX]
            a: Q begin; set lock_timeout = 31; prepare transaction 'weir two phases'
            a: > Z
            a: Q show lock_timeout
            a: > Z
            b: Q show lock_timeout
            b: > Z
            b: Q rollback prepared 'weir two phases'
            b: > Z

            ## a snapshot that is exported [TX WIDE]
            a: Q begin isolation level repeatable read
            a: > Z
            a: Q select pg_export_snapshot() is not null
            a: > Z
            b: Q begin isolation level repeatable read
            b: > Z
            b: Q set transaction snapshot '00000000-00000000-1'
            b: > Z
            b: Q rollback
            b: > Z
            a: Q commit
            a: > Z

            ## large objects and their descriptors [TX]
            Q begin; select lo_create(987654), lo_open(987654, 131072 + 262144)
            > Z
            Q select lowrite(0, 'twelve bytes'), lo_tell(0), lo_lseek(0, 7, 0), loread(0, 5)
            > Z
            F 953 | 0
            > Z
            Q rollback
            > Z
            Q select loread(0, 5)
            > Z
            Q select lo_open(987654, 131072)
            > Z

            ## encodings in the middle
            a: Q set client_encoding = 'LATIN1'; select length('x'), current_setting('client_encoding')
            a: > Z
            a: x 510000001773656c656374206c656e6774682827fc272900
            a: > Z
            b: x 510000001873656c656374206c656e6774682827c3bc272900
            b: > Z
            b: Q show client_encoding
            b: > Z
            a: Q set names 'UTF8'; show client_encoding
            a: > Z
            a: Q select set_config('client_encoding', 'WIN1252', false), current_setting('client_encoding')
            a: > Z
            b: Q show client_encoding
            b: > Z
            a: Q show client_encoding; set client_encoding to default; show client_encoding
            a: > Z

            ## names of 62 to 65 bytes
            P {n*62} | select 62
            P {n*63} | select 63
            S
            > Z
            P {n*64} | select 64
            S
            > Z
            B "" {n*63}
            E "" 0
            B "" {n*64}
            E "" 0
            B "" {n*65}
            E "" 0
            B "" {n*62}
            E "" 0
            S
            > Z
            C S {n*70}
            S
            > Z
            B "" {n*63}
            E "" 0
            S
            > Z
            P {n*65} | select 65
            B "" {n*63}
            E "" 0
            S
            > Z
            Q deallocate {n*66}
            > Z
            B "" {n*63}
            E "" 0
            S
            > Z

            ## names that are cut within a character
            P {ü*32} | select 'ü'
            B "" {ü*32}
            E "" 0
            S
            > Z
            B "" {ü*31}
            E "" 0
            S
            > Z
            Q execute "{ü*32}"
            > Z
            Q execute "{ü*31}"
            > Z
            P {ü*31} | select 'other'
            S
            > Z
            Q deallocate "{ü*40}"
            > Z
            B "" {ü*32}
            E "" 0
            S
            > Z

            ## portals across flushes and syncs in a block [TX]
            Q begin
            > Z
            P s | select generate_series(1, 7)
            B one s
            B two s
            E one 2
            E two 3
            H
            > DDsDDDs
            E one 2
            S
            > Z
            E two 2
            C P one
            E one 1
            S
            > Z
            E two 2
            S
            > Z
            Q rollback
            > Z
            Q begin
            > Z
            B one s
            E one 3
            S
            > Z
            Q fetch 2 from one; move 1 in one
            > Z
            C S s
            E one 1
            S
            > Z
            Q close one
            > Z
            E one 1
            S
            > Z
            Q rollback
            > Z

            ## portals of the same name [TX]
            P s | select 1
            B p s
            B p s
            E p 0
            S
            > Z
            B "" s
            B "" s
            E "" 0
            S
            > Z
            Q begin; declare c cursor for select generate_series(1, 3)
            > Z
            B c s
            S
            > Z
            Q rollback
            > Z

            ## a cursor of DECLARE by the protocol [TX]
            Q begin; declare c scroll cursor for select generate_series(1, 5)
            > Z
            E c 2
            D P c
            E c 1
            S
            > Z
            Q fetch backward 1 from c
            > Z
            C P c
            S
            > Z
            Q fetch 1 from c
            > Z
            Q rollback
            > Z

            ## errors in a pipeline of several batches
            P s | select 1 / $1::int
            B "" s | 1
            E "" 0
            S
            B "" s | 0
            E "" 0
            B "" s | 1
            E "" 0
            S
            P t | select 2
            B "" t
            E "" 0
            C S s
            S
            B "" s | 1
            E "" 0
            S
            B "" t
            E "" 0
            S
            > ZZZZZ

            ## settings in a pipeline of several batches
            a: P "" | select set_config($1, $2, false)
            a: B "" "" | lock_timeout | 41
            a: E "" 0
            a: S
            a: P "" | set lock_timeout = 42
            a: B "" ""
            a: E "" 0
            a: P "" | select 1/0
            a: B "" ""
            a: E "" 0
            a: S
            a: Q show lock_timeout
            a: Q set lock_timeout = 43; select 1/0
            a: Q show lock_timeout
            a: > ZZZZZ
            b: Q show lock_timeout
            b: > Z
            a: Q show lock_timeout
            a: > Z

            ## COPY between statements that set
            a: Q create table {d}.t (i int); set lock_timeout = 51; copy {d}.t from stdin; set lock_timeout = 52; copy {d}.t to stdout; show lock_timeout
            a: > G
            a: d 1\\n2\\n
            a: c
            a: > Z
            b: Q show lock_timeout; select count(*) from {d}.t
            b: > Z
            a: Q show lock_timeout
            a: > Z
            a: Q set lock_timeout = 53; copy {d}.t from stdin
            a: > G
            a: f no
            a: > Z
            a: Q show lock_timeout
            a: > Z

            ## COPY with a trigger that sets and notifies [TX]
            a: Q create table {d}.t (i int); create function {d}.f() returns trigger language plpgsql as $$ begin perform set_config('app.tenant', new.i::text, false), pg_notify('of_trigger', new.i::text); set lock_timeout = 61; return new; end $$; create trigger t before insert on {d}.t for each row execute function {d}.f()
            a: > Z
            a: Q listen of_trigger
            a: > Z
            a: Q copy {d}.t from stdin
            a: > G
            a: d 1\\n2\\n
            a: c
            a: > Z
            b: Q show lock_timeout; select nullif(current_setting('app.tenant', true), '')
            b: > Z
            a: Q unlisten *
            a: > Z

            ## temporary tables that commit drops [TX]
            Q begin; create temp table t on commit drop as select 1 as i; select * from t; commit
            > Z
            Q select * from t
            > Z
            Q begin; create temp table t (i int) on commit drop
            > Z
            P s | select i from t
            B "" s
            E "" 0
            S
            > Z
            Q commit
            > Z
            B "" s
            E "" 0
            S
            > Z
            Q create temp table t (i int) on commit drop; select count(*) from t
            > Z

            ## functions and casts in pg_temp [TX PIN]
            Q create function pg_temp.f() returns int language sql as 'select 71'
            > Z
            Q select pg_temp.f()
            > Z
            Q create type pg_temp.mood as enum ('ok'); create cast (int as pg_temp.mood) with inout as assignment
            > Z
            Q drop function pg_temp.f()
            > Z
            Q drop type pg_temp.mood cascade
            > Z

            ## a cursor WITH HOLD of a procedure [TX PIN]
            Q create procedure {d}.p() language plpgsql as $$ begin execute 'declare held cursor with hold for select generate_series(1, 3)'; end $$
            > Z
            Q do $$ begin call {d}.p(); end $$; fetch 1 from held; close held
            > Z
            Q declare held cursor with hold for select generate_series(1, 3)
            > Z
            Q fetch 2 from held
            > Z
            E held 1
            S
            > Z
            Q close held
            > Z

            ## locks for the length of a transaction [TX]
            Q begin; select pg_advisory_xact_lock(1), pg_try_advisory_xact_lock(2, 3), pg_advisory_xact_lock_shared(4)
            > Z
            Q commit
            > Z
            Q select pg_advisory_xact_lock(5); select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            > Z
            Q select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            > Z

            ## session locks in all ways, and back [TX PIN]
            Q select pg_try_advisory_lock(9), pg_advisory_lock_shared(9), pg_try_advisory_lock_shared(1, 2)
            > Z
            Q select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            > Z
            P "" | select pg_advisory_unlock($1::bigint), pg_advisory_unlock_shared($1::bigint)
            B "" "" | 9
            E "" 0
            S
            > Z
            Q select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
            > Z
            Q select pg_advisory_unlock_shared(1, 2), pg_advisory_unlock_shared(1, 2)
            > Z

            ## characteristics of the session and of the transaction [TX]
            a: Q set session characteristics as transaction isolation level serializable, read only, deferrable
            a: > Z
            b: Q show transaction_isolation; show transaction_read_only; show transaction_deferrable
            b: > Z
            a: Q show transaction_isolation; show transaction_read_only; show transaction_deferrable
            a: > Z
            a: Q begin; set transaction isolation level read committed, read write; show transaction_isolation; commit
            a: > Z
            a: Q set transaction read write; show transaction_read_only
            a: > Z
            a: Q set session characteristics as transaction read write; show default_transaction_read_only
            a: > Z
            a: Q show transaction_read_only; show transaction_isolation
            a: > Z

            ## an event trigger that sets
            a: Q create function {d}.e() returns event_trigger language plpgsql as $$ begin if current_setting('search_path') like '%{d}%' then perform set_config('lock_timeout', '81', false); end if; end $$; create event trigger {d}e on ddl_command_end execute function {d}.e()
            a: > Z
            a: Q set search_path = {d}, pg_catalog; create table t (i int)
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: Q drop event trigger {d}e
            a: > Z

            ## a rule and a view that set
            a: Q create table {d}.t (i int); create rule r as on insert to {d}.t do also select set_config('lock_timeout', '91', false)
            a: > Z
            a: Q insert into {d}.t values (1)
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: Q create view {d}.v as select set_config('lock_timeout', '92', false)
            a: > Z
            a: P s | select * from {d}.v
            a: B "" s
            a: E "" 0
            a: S
            a: > Z
            b: Q show lock_timeout
            b: > Z

            ## binary values of a setting
            a: P "" | select set_config($1, $2, $3) | 25,25,16
            a: B "" "" | lock_timeout | 95 | f
            a: E "" 0
            a: S
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: Q show lock_timeout
            a: > Z
            a: F 2078 | 'lock_timeout | '96 | '\0
            a: > Z
            b: Q show lock_timeout
            b: > Z
            a: Q show lock_timeout
            a: > Z

            ## reported settings in the middle of things [TX]
            a: Q begin; set local datestyle = 'German'; select date '2020-01-02'; savepoint s; set datestyle = 'SQL'; select date '2020-01-02'; rollback to s; select date '2020-01-02'
            a: > Z
            a: Q commit; select date '2020-01-02'
            a: > Z
            b: Q select date '2020-01-02'
            b: > Z
            a: P "" | set datestyle = 'SQL, DMY'
            a: B "" ""
            a: E "" 0
            a: P "" | select date '2020-01-02'
            a: B "" ""
            a: E "" 0
            a: P "" | select 1/0
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            a: Q select date '2020-01-02'; show datestyle
            a: > Z
            b: Q set standard_conforming_strings = off; select 'a\\\\b'
            b: > Z
            a: Q select 'a\\\\b'
            a: > Z

            ## what a query of several transactions keeps [TX]
            a: Q set lock_timeout = 101; begin; set lock_timeout = 102; commit; begin; set lock_timeout = 103; rollback; set app.tenant = 'q'
            a: > Z
            b: Q show lock_timeout; select nullif(current_setting('app.tenant', true), '')
            b: > Z
            a: Q show lock_timeout; select nullif(current_setting('app.tenant', true), '')
            a: > Z
            """;
}
