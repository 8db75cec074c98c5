package dev.weir.differential;

/** Conversations of simple queries, empty ones, errors, notices, shapes of results. */
final class QueryCorpus {
    private QueryCorpus() {}

    static final String TEXT =
            """
            ## one row
            Q select 1
            > Z

            ## several statements in one query
            Q select 1; select 2; select 'three'
            > Z

            ## an error between statements
            Q select 1; select 1/0; select 3
            > Z
            Q select 4
            > Z

            ## syntax error
            Q selec 1
            > Z
            Q select 'open
            > Z

            ## empty queries
            Q
            > Z
            Q ;
            > Z
            Q ;;
            > Z
            Q /* nothing */ -- at all
            > Z
            P "" |
            B "" ""
            D P ""
            E "" 0
            S
            > Z

            ## messages without what they must have
            x 51 00000004
            > Z
            x 50 00000004
            S
            > Z
            x 50 00000006 61 00
            S
            > Z
            x 42 00000004
            S
            > Z
            x 44 00000004
            S
            > Z
            x 44 00000005 53
            S
            > Z
            x 43 00000004
            S
            > Z
            x 45 00000004
            S
            > Z
            Q select 1
            > Z

            ## zero columns
            Q select
            > Z
            Q select from generate_series(1, 3)
            > Z
            P "" | select
            D S ""
            B "" ""
            D P ""
            E "" 0
            S
            > Z

            ## 1,600 columns
            Q select {1,*1599}1
            > Z
            P w | select {1,*1599}1
            D S w
            B "" w
            E "" 0
            S
            > Z

            ## 1,665 columns are too many
            Q select {1,*1664}1
            > Z

            ## a long row and many rows
            Q select repeat('x', 3000000)
            > Z
            Q select g, repeat('y', 100) from generate_series(1, 2000) g
            > Z

            ## a long query
            Q select length('{z*300000}')
            > Z
            Q select /*{-*70000}*/ 1; select 2
            > Z

            ## notices between rows
            Q create function {d}.say(i int) returns int language plpgsql as $$begin raise notice 'at %', i using hint = 'none', detail = 'd'; return i; end$$
            > Z
            Q select {d}.say(g) from generate_series(1, 3) g; do $$begin raise warning 'w'; end$$; select 2
            > Z
            Q drop table if exists {d}.nope
            > Z

            ## an error of 3 MB
            Q do $$begin raise exception '%', repeat('e', 3000000); end$$
            > Z
            Q select 1
            > Z

            ## every kind of tag
            Q create table {d}.t (i int primary key, s text)
            > Z
            Q insert into {d}.t values (1, 'a'), (2, 'b'); update {d}.t set s = 'c'; delete from {d}.t where i = 2; select * from {d}.t
            > Z
            Q truncate {d}.t; create view {d}.v as select 1; drop view {d}.v; analyze {d}.t; vacuum {d}.t
            > Z
            Q vacuum {d}.t
            > Z
            Q show server_version_num; explain (costs off) select 1; values (1), (2)
            > Z
            Q merge into {d}.t using (select 1 as k) s on t.i = s.k when matched then update set s = 'm'
            > Z
            Q call {d}.nope()
            > Z

            ## a transaction [TX]
            Q begin
            > Z
            Q create table {d}.t (i int)
            > Z
            Q insert into {d}.t values (1)
            > Z
            Q commit
            > Z
            Q select * from {d}.t
            > Z

            ## a failed transaction [TX]
            Q begin
            > Z
            Q select 1/0
            > Z
            Q select 1
            > Z
            P "" | select 2
            B "" ""
            E "" 0
            S
            > Z
            Q commit
            > Z
            Q select 3
            > Z

            ## savepoints [TX]
            Q begin; savepoint a
            > Z
            Q select 1/0
            > Z
            Q rollback to a
            > Z
            Q select 2; release a; commit
            > Z

            ## transaction control in one query [TX]
            Q begin; select 1; commit; select 2
            > Z
            Q begin; select 1/0; commit
            > Z
            Q rollback
            > Z
            Q select 1; commit
            > Z
            Q start transaction read only; create table {d}.t (i int); commit
            > Z
            Q rollback and no chain
            > Z

            ## a chain [TX]
            Q begin; select 1; commit and chain
            > Z
            Q rollback and chain
            > Z
            Q rollback
            > Z

            ## warnings of transaction control [TX]
            Q commit
            > Z
            Q begin; begin
            > Z
            Q rollback; rollback
            > Z
            Q savepoint nope
            > Z
            Q set transaction isolation level serializable
            > Z

            ## a commit that fails [TX]
            Q create table {d}.t (i int unique deferrable initially deferred)
            > Z
            Q begin; insert into {d}.t values (1), (1)
            > Z
            Q commit
            > Z
            Q select count(*) from {d}.t
            > Z

            ## messages in one write
            Q select 1
            Q select 2
            Q select 1/0
            Q select 4
            > ZZZZ

            ## sync alone, flush alone
            S
            > Z
            S
            S
            S
            > ZZZ
            H
            Q select 1
            > Z

            ## function calls [TX]
            Q begin
            > Z
            F 715 | 471100
            > Z
            F 952 | 471100 | 393216
            > Z
            F 955 | 0 | 'some bytes
            > Z
            F 958 | 0
            F 956 | 0 | 5 | 0
            F 954 | 0 | 100
            > ZZZ
            F 953 | 0
            > Z
            F 964 | 471100
            Q commit
            > ZZ

            ## function calls outside of a transaction
            F 2000000000
            > Z
            F 177 | 40 | 2
            > Z
            F 177 | 2147483647 | 1
            Q select 1
            > ZZ

            ## copy messages where none belong
            d stray
            c
            f stray
            Q select 1
            > Z

            ## prepared transactions [TX]
            Q begin; create table {d}.t (i int); prepare transaction '{d}'
            > Z
            Q select count(*) from pg_prepared_xacts where gid = '{d}'
            > Z
            Q commit prepared '{d}'
            > Z
            Q select * from {d}.t
            > Z
            """;
}
