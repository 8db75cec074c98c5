package dev.weir.differential;

/** Conversations in which clients listen: by a connection that they share, and PIN by their own. */
final class ListenCorpus {
    private ListenCorpus() {}

    static final String TEXT =
            """
            ## listen and notify [TX]
            a: Q listen chan
            a: > Z
            b: Q notify chan, 'it''s'; select pg_notify('chan', 'two')
            b: > Z
            a: > AA
            a: Q select 1
            a: > Z
            a: Q unlisten *
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 2
            a: > Z

            ## notify oneself [TX]
            Q listen "we""ird"
            > Z
            Q begin; notify "we""ird", 'x'; notify "we""ird", 'x'; notify "we""ird", 'y'; select 1
            > Z
            Q commit
            > Z
            Q begin; notify "we""ird", 'z'
            > Z
            Q rollback
            > Z
            Q unlisten "we""ird"
            > Z

            ## notify and unlisten in one transaction [TX]
            Q listen leaving; listen staying
            > Z
            Q notify leaving, 'n'; unlisten leaving; notify staying, 'o'
            > Z
            Q listen leaving
            > Z
            Q begin; unlisten leaving; notify leaving, 'n'
            > Z
            Q select 1
            > Z
            Q commit
            > Z
            Q listen leaving
            > Z
            Q begin; notify leaving, 'n'; unlisten leaving; rollback
            > Z
            Q begin; notify leaving, 'n'; unlisten leaving; listen leaving; commit
            > Z
            P "" | select pg_notify('leaving', 'p')
            B "" ""
            E "" 0
            P "" | unlisten *
            B "" ""
            E "" 0
            S
            > Z
            Q select 2
            > Z

            ## listen that rolls back [TX]
            a: Q begin; listen chan
            a: > Z
            a: Q rollback
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z

            ## a channel in a block [TX WIDE]
            a: Q begin
            a: > Z
            a: Q listen chan
            a: > Z
            b: Q notify chan, 'early'
            b: > Z
            a: Q select 1
            a: > Z
            a: Q commit
            a: > Z
            b: Q notify chan, 'late'
            b: > Z
            a: > A

            ## nothing within a block [TX WIDE]
            a: Q listen chan
            a: > Z
            a: Q begin
            a: > Z
            b: Q notify chan, 'one'
            b: > Z
            a: Q select 1
            a: > Z
            a: Q savepoint s
            a: > Z
            b: Q notify chan, 'two'
            b: > Z
            a: Q select 1/0
            a: > Z
            a: Q rollback
            a: > Z
            a: Q select 2
            a: > Z

            ## a savepoint takes a channel back [TX]
            a: Q begin; listen one; savepoint s; listen two; rollback to s; commit
            a: > Z
            b: Q notify two; notify one
            b: > Z
            a: > A
            a: Q select 1
            a: > Z

            ## a savepoint gives a channel back [TX]
            a: Q listen one
            a: > Z
            a: Q listen two
            a: > Z
            a: Q begin
            a: > Z
            a: Q savepoint s
            a: > Z
            a: Q unlisten one
            a: > Z
            a: Q rollback to s
            a: > Z
            a: Q unlisten two
            a: > Z
            a: Q commit
            a: > Z
            b: Q notify two; notify one
            b: > Z
            a: > A
            a: Q select 1
            a: > Z

            ## unlisten that rolls back [TX]
            a: Q listen one
            a: > Z
            a: Q begin
            a: > Z
            a: Q unlisten *
            a: > Z
            a: Q rollback
            a: > Z
            b: Q notify one, 'still'
            b: > Z
            a: > A
            a: Q begin; unlisten one; rollback
            a: > Z
            b: Q notify one, 'still there'
            b: > Z
            a: > A
            a: Q begin; unlisten *; commit
            a: > Z
            b: Q notify one
            b: > Z
            a: Q select 1
            a: > Z

            ## unlisten and commit in one text inside a block [TX]
            a: Q listen one
            a: > Z
            a: Q begin
            a: > Z
            a: Q unlisten *; commit
            a: > Z
            b: Q notify one
            b: > Z
            a: Q select 1
            a: > Z

            ## two listens are one [TX]
            a: Q listen chan
            a: > Z
            a: Q listen chan
            a: > Z
            a: Q listen "chan"; listen chan
            a: > Z
            b: Q notify chan, 'once'
            b: > Z
            a: > A
            a: Q select 1
            a: > Z
            a: Q unlisten chan
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 2
            a: > Z

            ## both listen and both notify [TX]
            a: Q listen chan
            a: > Z
            b: Q listen chan
            b: > Z
            a: Q notify chan, 'from a'
            a: > Z
            b: > A
            b: Q notify chan, 'from b'
            b: > Z
            a: > A
            a: Q notify chan, 'again'
            a: > Z
            b: > A
            b: Q unlisten chan
            b: > Z
            a: Q notify chan, 'alone'
            a: > Z
            b: Q select 1
            b: > Z

            ## names of channels [TX]
            a: Q listen "Quoted ""name"" -- '"; listen U&"d\\0061t\\+000061"; listen Folded; listen "größe"
            a: > Z
            a: Q listen {c*70}
            a: > Z
            b: Q notify "Quoted ""name"" -- '", 'q'; notify data, 'u'; notify folded, 'f'; notify "größe", 'ü €'; select pg_notify('{c*63}', 'cut')
            b: > Z
            a: > AAAAA
            a: Q unlisten "größe"; unlisten {c*70}
            a: > Z
            b: Q notify "größe"; select pg_notify('{c*63}', ''); notify folded, 'still'
            b: > Z
            a: > A

            ## channels by the extended protocol [TX]
            a: P "" | listen chan
            a: B "" ""
            a: D P ""
            a: E "" 0
            a: S
            a: > Z
            a: P n | notify chan, 'mine'
            a: B "" n
            a: E "" 0
            a: S
            a: > Z
            b: P "" | select pg_notify($1, $2)
            b: B "" "" | chan | theirs
            b: E "" 0
            b: S
            b: > Z
            a: > A
            a: P u | unlisten *
            a: S
            a: > Z
            b: Q notify chan, 'before'
            b: > Z
            a: > A
            a: B "" u
            a: E "" 0
            a: S
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z

            ## channels in one batch with a block [TX]
            a: P "" | begin
            a: B "" ""
            a: E "" 0
            a: P "" | listen one
            a: B "" ""
            a: E "" 0
            a: P "" | listen two
            a: B "" ""
            a: E "" 0
            a: P "" | commit
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: Q notify one, '1'; notify two, '2'
            b: > Z
            a: > AA
            a: P "" | begin
            a: B "" ""
            a: E "" 0
            a: P "" | unlisten one
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            a: Q commit
            a: > Z
            b: Q notify one, '3'; notify two, '4'
            b: > Z
            a: > A
            a: P "" | begin
            a: B "" ""
            a: E "" 0
            a: P "" | unlisten two
            a: B "" ""
            a: E "" 0
            a: P "" | rollback
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: Q notify two, '5'
            b: > Z
            a: > A

            ## DISCARD ALL forgets channels [TX]
            a: Q listen chan
            a: > Z
            a: Q discard all
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z
            a: Q listen chan
            a: > Z
            a: P "" | discard all
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z

            ## what a pool sends at a release [TX]
            a: Q listen chan
            a: > Z
            a: Q select pg_advisory_unlock_all(); close all; unlisten *; reset all
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z

            ## a trigger notifies [TX]
            a: Q create table {d}.t (i int); create function {d}.f() returns trigger language plpgsql as $$ begin perform pg_notify('{d}_t', new.i::text); return new; end $$; create trigger t after insert on {d}.t for each row execute function {d}.f()
            a: > Z
            a: Q listen {d}_t
            a: > Z
            a: Q insert into {d}.t values (1), (2)
            a: > Z
            b: Q insert into {d}.t values (3)
            b: > Z
            a: > A
            a: P "" | insert into {d}.t values ($1)
            a: B "" "" | 4
            a: E "" 0
            a: S
            a: > Z
            a: Q begin; insert into {d}.t values (5); rollback; insert into {d}.t values (6)
            a: > Z

            ## a block that listens and notifies [TX]
            a: Q begin; listen chan; notify chan, 'own'; commit
            a: > Z
            a: Q begin; notify chan, 'one'; select 1; notify chan, 'two'; commit; notify chan, 'three'
            a: > Z
            a: Q unlisten *; listen chan
            a: > Z
            b: Q notify chan, 'other'
            b: > Z
            a: > A

            ## an error after a listen [TX]
            a: Q listen chan; select 1/0
            a: > Z
            b: Q notify chan
            b: > Z
            a: Q select 1
            a: > Z
            a: Q listen chan; begin; select 1/0
            a: > Z
            a: Q rollback
            a: > Z
            b: Q notify chan, 'now'
            b: > Z
            a: Q select 2
            a: > Z

            ## a listener among texts of Latin 1 [TX]
            a: Q set client_encoding to latin1
            a: > Z
            a: x 51 00000012 6c697374656e20 22 67 f6 df 65 22 00
            a: > Z
            b: Q notify "göße", 'ü'
            b: > Z
            a: > A
            a: Q set client_encoding to utf8
            a: > Z
            b: Q notify "göße", 'ü'
            b: > Z
            a: > A

            ## a listener that is pinned, too [TX PIN]
            a: Q create temp table pinned (i int)
            a: > Z
            a: Q listen chan
            a: > Z
            b: Q notify chan, 'one'
            b: > Z
            a: > A
            a: Q notify chan, 'own'; select * from pinned
            a: > Z
            a: Q drop table pinned
            a: > Z
            b: Q notify chan, 'two'
            b: > Z
            a: > A
            a: Q unlisten *
            a: > Z

            ## a queue of notifications [TX WIDE]
            a: Q listen chan
            a: > Z
            a: Q begin
            a: > Z
            b: Q select count(pg_notify('chan', i::text)) from generate_series(1, 500) i
            b: > Z
            a: Q commit
            a: > Z
            b: Q select count(pg_notify('chan', repeat('x', 7000) || i)) from generate_series(1, 50) i
            b: > Z
            a: > AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
            """;
}
