package dev.weir.differential;

/** Conversations about what a session keeps: settings, statements, locks, temporary objects. */
final class StateCorpus {
    private StateCorpus() {}

    static final String TEXT =
            """
            ## a setting stays
            Q set statement_timeout = '7s'
            > Z
            Q show statement_timeout
            > Z
            Q reset statement_timeout
            > Z
            Q show statement_timeout
            > Z

            ## a setting is one's own
            a: Q set search_path = a, "B c", '$user'; set lock_timeout = 5
            a: > Z
            b: Q show search_path; show lock_timeout
            b: > Z
            a: Q show search_path; show lock_timeout
            a: > Z
            a: Q reset all
            a: > Z
            a: Q show search_path; show lock_timeout
            a: > Z

            ## read only by default is one's own
            a: Q set default_transaction_read_only = on
            a: > Z
            b: Q create table {d}.t (i int)
            b: > Z
            a: Q create table {d}.u (i int)
            a: > Z

            ## session characteristics
            a: Q set session characteristics as transaction isolation level serializable read only
            a: > Z
            b: Q show default_transaction_isolation; show default_transaction_read_only
            b: > Z
            a: Q show default_transaction_isolation; show transaction_read_only
            a: > Z

            ## reported settings
            a: Q set timezone = 'Asia/Tokyo'
            a: > Z
            b: Q show timezone
            b: > Z
            a: Q show timezone; set datestyle = 'German'; select date '2020-01-02'
            a: > Z
            b: Q select date '2020-01-02'
            b: > Z
            a: Q select date '2020-01-02'; set application_name = 'naïve'; show application_name
            a: > Z
            a: Q reset all
            a: > Z
            a: Q set client_encoding = latin1
            a: > Z
            a: Q select length('ab'); reset client_encoding
            a: > Z

            ## values frozen at parse
            a: P z | select timestamptz '2020-01-01 00:00 UTC'
            a: B "" z
            a: E "" 0
            a: S
            a: > Z
            b: Q set timezone = 'America/New_York'
            b: > Z
            b: P z | select timestamptz '2020-01-01 00:00 UTC'
            b: B "" z
            b: E "" 0
            b: S
            b: > Z
            a: B "" z
            a: E "" 0
            a: S
            a: > Z
            a: Q set timezone = 'Asia/Tokyo'
            a: > Z
            a: B "" z
            a: E "" 0
            a: S
            a: > Z
            b: B "" z
            b: E "" 0
            b: S
            b: > Z

            ## values frozen at parse, while they change
            a: Q set timezone = 'Asia/Tokyo'
            a: > Z
            b: Q select 1
            b: > Z
            a: P z | select timestamptz '2020-01-01 00:00 UTC'
            a: S
            a: > Z
            b: P z | select timestamptz '2020-01-01 00:00 UTC'
            b: B "" z
            b: E "" 0
            b: S
            b: > Z
            a: B "" z
            a: E "" 0
            a: S
            a: > Z
            b: Q show timezone
            b: > Z

            ## search paths of two tenants
            a: Q create schema {d}x; create schema {d}y; create table {d}x.t as select 'x' as v; create table {d}y.t as select 'y' as v
            a: > Z
            a: Q set search_path = {d}x
            a: > Z
            b: Q set search_path = {d}y
            b: > Z
            a: P p | select v from t
            a: B "" p
            a: E "" 0
            a: S
            a: > Z
            b: P p | select v from t
            b: B "" p
            b: E "" 0
            b: S
            b: > Z
            a: B "" p
            a: E "" 0
            a: S
            a: > Z
            a: Q set search_path = {d}y
            a: > Z
            a: B "" p
            a: E "" 0
            a: S
            a: > Z
            a: Q drop schema {d}x cascade; drop schema {d}y cascade
            a: > Z

            ## settings in a transaction that rolls back [TX]
            Q begin; set statement_timeout = '3s'; set {d}.mine = 'in'
            > Z
            Q show statement_timeout; show {d}.mine
            > Z
            Q rollback
            > Z
            Q show statement_timeout
            > Z

            ## settings in a transaction that commits [TX]
            Q begin; set statement_timeout = '3s'; set local lock_timeout = '4s'
            > Z
            Q show statement_timeout; show lock_timeout
            > Z
            Q commit
            > Z
            Q show statement_timeout; show lock_timeout
            > Z

            ## settings and savepoints [TX]
            Q begin; set statement_timeout = '1s'; savepoint s; set statement_timeout = '2s'; set lock_timeout = '2s'
            > Z
            Q rollback to s
            > Z
            Q show statement_timeout
            > Z
            Q commit
            > Z
            Q show statement_timeout; show lock_timeout
            > Z

            ## settings and a commit that fails [TX]
            Q create table {d}.t (i int unique deferrable initially deferred); set statement_timeout = '1s'
            > Z
            Q begin; insert into {d}.t values (1), (1); set statement_timeout = '9s'
            > Z
            Q commit
            > Z
            Q show statement_timeout
            > Z

            ## settings in a query that fails later
            Q set statement_timeout = '1s'; select 1/0
            > Z
            Q show statement_timeout
            > Z
            Q set statement_timeout = '1s'; set lock_timeout = 'sdf'
            > Z
            Q show statement_timeout
            > Z
            Q set lock_timeout to sdf
            > Z
            Q set nope = 1
            > Z

            ## settings in a batch that fails later
            P "" | set statement_timeout = '1s'
            B "" ""
            E "" 0
            B "" nope
            S
            > Z
            Q show statement_timeout
            > Z
            P "" | set statement_timeout = '2s'
            B "" ""
            E "" 0
            S
            > Z
            Q show statement_timeout
            > Z

            ## set_config in all its forms
            Q select set_config('statement_timeout', '1s', false), set_config('lock_timeout', '2s', false)
            > Z
            Q show statement_timeout; show lock_timeout
            > Z
            P "" | select set_config($1, $2, $3::bool)
            B "" "" | search_path | a, b | f
            E "" 0
            S
            > Z
            Q show search_path
            > Z
            Q do $$begin perform set_config('work_mem', '5MB', false); end$$
            > Z
            Q show work_mem
            > Z
            Q create function {d}.f() returns void language plpgsql as $$begin set lock_timeout = '8s'; end$$
            > Z
            Q select {d}.f()
            > Z
            Q select set_config('jit', 'off', true); show jit
            > Z

            ## custom settings
            a: Q set app.tenant_id = 't1'
            a: > Z
            a: Q show app.tenant_id
            a: > Z
            b: Q show app.tenant_id
            b: > Z
            b: Q select current_setting('app.tenant_id', true)
            b: > Z
            a: Q select current_setting('app.tenant_id')
            a: > Z
            a: Q reset app.tenant_id
            a: > Z
            a: Q show app.tenant_id
            a: > Z

            ## a custom setting within a transaction [TX]
            a: Q begin; select set_config('app.user', 'u', true)
            a: > Z
            a: Q show app.user
            a: > Z
            a: Q commit
            a: > Z
            a: Q show app.user
            a: > Z
            b: Q show app.user
            b: > Z

            ## roles
            a: Q set role pg_monitor
            a: > Z
            a: Q select current_user, session_user
            a: > Z
            b: Q select current_user
            b: > Z
            a: Q reset role
            a: > Z
            a: Q select current_user
            a: > Z
            a: Q set session authorization pg_monitor
            a: > Z
            a: Q select current_user, session_user
            a: > Z
            b: Q select session_user
            b: > Z
            a: Q reset session authorization
            a: > Z
            a: Q select session_user; set session authorization default
            a: > Z

            ## startup options
            startup options=-c search_path=a,"$user" -c TimeZone=Etc/GMT+5 --statement_timeout=5s -c {d}.x=my\\ -cat
            Q show search_path; show timezone; show statement_timeout; show {d}.x
            > Z
            Q set statement_timeout = '6s'; set timezone = 'UTC'
            > Z
            Q reset statement_timeout
            > Z
            Q show statement_timeout
            > Z
            Q reset all
            > Z
            Q show timezone; show search_path
            > Z
            b: Q show timezone; show statement_timeout; show search_path
            b: > Z
            Q show timezone
            > Z

            ## startup parameters [RESETS]
            startup application_name=mine ; DateStyle=German ; search_path=x, y ; extra_float_digits=2
            Q show application_name; show datestyle; show search_path; show extra_float_digits
            > Z
            b: Q show application_name; show datestyle; show search_path; show extra_float_digits
            b: > Z
            Q show application_name; show datestyle; discard all
            > Z
            Q discard all
            > Z
            Q show application_name; show datestyle
            > Z

            ## temporary tables [TX PIN]
            a: Q create temp table tt (i int)
            a: > Z
            a: Q insert into tt values (1)
            a: > Z
            b: Q select * from tt
            b: > Z
            a: Q select * from tt
            a: > Z
            a: Q drop table tt
            a: > Z
            a: Q select * from tt
            a: > Z

            ## a temporary table that is gone at commit [TX]
            Q begin; create temp table tt (i int) on commit drop
            > Z
            Q insert into tt values (1); commit
            > Z
            Q select * from tt
            > Z

            ## temporary things of other kinds [TX PIN]
            Q select 1 as i into temp tt
            > Z
            Q create temp view tv as select 2; create temp sequence ts; create function pg_temp.tf() returns int language sql as 'select 3'
            > Z
            Q select * from tt, tv; select nextval('ts'); select pg_temp.tf()
            > Z
            Q discard temp
            > Z
            Q select * from tv
            > Z

            ## sequences [TX]
            Q create sequence {d}.s
            > Z
            Q begin; select nextval('{d}.s'); select currval('{d}.s'), lastval(); commit
            > Z

            ## held cursors [TX PIN]
            Q begin; declare h cursor with hold for select generate_series(1, 3); commit
            > Z
            Q fetch 2 from h
            > Z
            Q fetch 2 from h; close h
            > Z
            Q fetch 1 from h
            > Z

            ## cursors [TX]
            Q begin; declare c cursor for select generate_series(1, 3)
            > Z
            Q fetch 1 from c
            > Z
            Q move 1 in c; fetch all from c; commit
            > Z
            Q fetch 1 from c
            > Z

            ## session locks [TX PIN]
            a: Q select pg_advisory_lock(4711), pg_advisory_lock(4711)
            a: > Z
            b: Q select pg_try_advisory_lock(4711)
            b: > Z
            a: Q select pg_advisory_unlock(4711)
            a: > Z
            b: Q select pg_try_advisory_lock(4711)
            b: > Z
            a: Q select pg_advisory_unlock(4711)
            a: > Z
            b: Q select pg_try_advisory_lock(4711)
            b: > Z
            a: Q select pg_try_advisory_lock(4711)
            a: > Z
            a: Q select pg_advisory_unlock(4711)
            a: > Z

            ## a session lock survives a rollback [TX PIN]
            a: Q begin; select pg_advisory_lock(4712)
            a: > Z
            a: Q rollback
            a: > Z
            b: Q select pg_try_advisory_lock(4712)
            b: > Z
            a: Q select pg_advisory_unlock(4712)
            a: > Z

            ## a session lock dies with its client [PIN]
            a: Q select pg_advisory_lock(4713)
            a: > Z
            a: bye
            b: Q select pg_advisory_lock(4713); select pg_advisory_unlock(4713)
            b: > Z

            ## a session lock in a function [TX PIN]
            a: Q do $$begin perform pg_advisory_lock(4714); end$$
            a: > Z
            b: Q select pg_try_advisory_lock(4714)
            b: > Z
            a: Q select pg_advisory_unlock(4714)
            a: > Z

            ## transaction locks [TX]
            Q begin; select pg_advisory_xact_lock(4715); commit
            > Z

            ## random numbers of a seed [TX]
            Q begin; select setseed(0.5); select random() is not null; commit
            > Z

            ## prepare by SQL [TX PIN]
            a: Q prepare p as select 'a'
            a: > Z
            b: Q prepare p as select 'b'
            b: > Z
            a: Q execute p
            a: > Z
            b: Q execute p; deallocate p
            b: > Z
            a: Q deallocate p
            a: > Z
            a: Q execute p
            a: > Z

            ## prepare by SQL, use by Bind [TX PIN]
            Q prepare p(int) as select $1 + 1
            > Z
            B "" p | 41
            D P ""
            E "" 0
            S
            > Z
            C S p
            S
            > Z
            Q execute p(1)
            > Z

            ## prepare by Parse, use by SQL
            P p | select $1::int * 2
            S
            > Z
            Q execute p(4)
            > Z
            Q EXECUTE /* it */ "p" (5)
            > Z
            Q select name, statement from pg_prepared_statements where name = 'nope'
            > Z

            ## deallocate by name
            P p | select 1
            P "Q q" | select 2
            S
            > Z
            Q /* gone */ DeAllocate PREPARE p
            > Z
            B "" p
            E "" 0
            S
            > Z
            Q deallocate p
            > Z
            P p | select 'anew'
            B "" p
            E "" 0
            S
            > Z

            ## deallocate by a batch
            P p | select 1
            S
            > Z
            P "" | deallocate p
            B "" ""
            E "" 0
            S
            > Z
            B "" p
            E "" 0
            S
            > Z

            ## deallocate by a batch, elsewhere [TX]
            a: P p | select 1
            a: S
            a: > Z
            a: P "" | deallocate p
            a: S
            a: > Z
            b: P "" | deallocate p
            b: S
            b: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: B "" ""
            b: E "" 0
            b: S
            b: > Z
            b: P p | select 'b'
            b: B "" p
            b: E "" 0
            b: B "" nope
            b: P "" | deallocate p
            b: S
            b: > Z
            b: P p | select 'again'
            b: B "" p
            b: E "" 0
            b: S
            b: > Z

            ## deallocate of others' names
            a: P p | select 'a'
            a: S
            a: > Z
            b: Q deallocate p
            b: > Z
            b: P p | select 'b'
            b: S
            b: > Z
            b: Q deallocate "p"
            b: > Z
            a: B "" p
            a: E "" 0
            a: S
            a: > Z

            ## deallocate all
            a: P p | select 'a'
            a: S
            a: > Z
            b: P p | select 'b'
            b: P r | select 'a'
            b: S
            b: > Z
            b: Q -- everything\\n deallocate ALL
            b: > Z
            b: B "" p
            b: S
            b: > Z
            b: B "" r
            b: S
            b: > Z
            a: B "" p
            a: E "" 0
            a: S
            a: > Z

            ## discard all
            a: P p | select 'a'
            a: S
            a: > Z
            a: Q set statement_timeout = '3s'
            a: > Z
            b: P p | select 'a'
            b: S
            b: > Z
            b: Q DISCARD ALL
            b: > Z
            b: B "" p
            b: S
            b: > Z
            a: B "" p
            a: E "" 0
            a: S
            a: > Z
            a: Q show statement_timeout
            a: > Z
            a: P "" | discard all
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            a: Q show statement_timeout
            a: > Z
            a: B "" p
            a: S
            a: > Z
            a: Q discard plans; discard sequences
            a: > Z

            ## discard all where it may not be [TX]
            Q begin
            > Z
            Q discard all
            > Z
            Q rollback
            > Z
            Q discard all; select 1
            > Z

            ## deallocate all in a transaction that rolls back [TX]
            P p | select 'kept?'
            S
            > Z
            Q begin; deallocate all
            > Z
            Q rollback
            > Z
            B "" p
            E "" 0
            S
            > Z

            ## a payload too long
            Q select pg_notify('c', repeat('p', 7999))
            > Z
            Q select pg_notify('c', repeat('p', 8000))
            > Z

            ## two transactions at a time [TX WIDE]
            a: Q create table {d}.t (i int); begin; insert into {d}.t values (1)
            a: > Z
            b: Q begin; select count(*) from {d}.t
            b: > Z
            a: Q commit
            a: > Z
            b: Q select count(*) from {d}.t
            b: > Z
            b: Q commit
            b: > Z

            ## a client that leaves in a transaction [TX]
            a: Q create table {d}.t (i int)
            a: > Z
            a: Q begin; insert into {d}.t values (1)
            a: > Z
            a: bye
            b: Q select count(*) from {d}.t
            b: > Z
            """;
}
