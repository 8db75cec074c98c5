package dev.weir.differential;

/** Conversations of COPY in both directions, in both protocols, with failures at every place. */
final class CopyCorpus {
    private CopyCorpus() {}

    static final String TEXT =
            """
            ## copy out
            Q copy (select g, 'x' from generate_series(1, 5) g) to stdout
            > Z
            Q copy (select g from generate_series(1, 3) g) to stdout with (format csv, header); select 2
            > Z
            Q copy (select 1) to stdout (format binary)
            > Z

            ## copy out in a batch
            P co | copy (select g from generate_series(1, 3) g) to stdout
            D S co
            B "" co
            D P ""
            E "" 0
            S
            > Z
            B "" co
            E "" 0
            B "" co
            E "" 0
            S
            > Z

            ## copy out that fails midway
            Q copy (select 1/(3-g) from generate_series(1, 5) g) to stdout
            > Z
            P "" | copy (select 1/(3-g) from generate_series(1, 5) g) to stdout
            B "" ""
            E "" 0
            B "" ""
            E "" 0
            S
            > Z
            Q select 1
            > Z

            ## copy in
            Q create table {d}.t (i int, s text)
            > Z
            Q copy {d}.t from stdin
            > G
            d 1\\tone\\n
            d 2\\ttwo\\n
            d 3\\t
            d three\\n
            c
            > Z
            Q select * from {d}.t
            > Z

            ## copy in without waiting for the answer
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            d 1\\n
            c
            Q select sum(i) from {d}.t
            > ZZ
            Q copy {d}.t from stdin
            c
            > Z

            ## copy in among other statements
            Q create table {d}.t (i int)
            > Z
            Q select 1; copy {d}.t from stdin; select sum(i) from {d}.t; copy {d}.t to stdout
            > G
            d 7\\n
            c
            > Z
            Q copy {d}.t from stdin; copy {d}.t from stdin
            > G
            d 8\\n
            c
            > G
            d 9\\n
            c
            > Z

            ## copy in that the client fails
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            d 1\\n
            f enough
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in that the server fails
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            d 1\\n
            d nonsense\\n
            d 3\\n
            d 4\\n
            c
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in that the server fails while data flows
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            d nonsense\\n
            > E
            d {1*100000}\\n
            d {1*100000}\\n
            c
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in that cannot start
            Q copy {d}.nope from stdin
            d 1\\n
            c
            > Z
            Q select 1
            > Z

            ## copy in broken by a query
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            d 1\\n
            Q select 'in the way'
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in with flush and sync inside
            Q create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            H
            S
            d 1\\n
            S
            H
            c
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in as a batch
            Q create table {d}.t (i int)
            > Z
            P ci | copy {d}.t from stdin
            B "" ci
            D P ""
            E "" 0
            H
            > G
            d 1\\n
            d 2\\n
            c
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in as a batch, sync sent early
            Q create table {d}.t (i int)
            > Z
            P "" | copy {d}.t from stdin
            B "" ""
            E "" 0
            S
            > G
            d 1\\n
            d 2\\n
            c
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in as a batch, three syncs inside
            Q create table {d}.t (i int)
            > Z
            P "" | copy {d}.t from stdin
            B "" ""
            E "" 0
            S
            S
            d 1\\n
            S
            c
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in as a batch that the client fails
            Q create table {d}.t (i int)
            > Z
            P "" | copy {d}.t from stdin
            B "" ""
            E "" 0
            H
            > G
            d 1\\n
            f no more
            B "" ""
            E "" 0
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## copy in as a batch that the client fails after a sync [PIN]
            Q create table {d}.t (i int)
            > Z
            P "" | copy {d}.t from stdin
            B "" ""
            E "" 0
            S
            > G
            d 1\\n
            f no more
            S
            > Z

            ## copy in as a batch that the server fails
            Q create table {d}.t (i int)
            > Z
            P "" | copy {d}.t from stdin
            B "" ""
            E "" 0
            H
            > G
            d nonsense\\n
            > E
            d 2\\n
            c
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## large copy data
            Q create table {d}.t (s text)
            > Z
            Q copy {d}.t from stdin
            > G
            d {x*200000}\\n
            d {y*9000}\\n
            c
            > Z
            Q copy {d}.t to stdout
            > Z

            ## copy within a transaction [TX]
            Q begin; create table {d}.t (i int)
            > Z
            Q copy {d}.t from stdin
            > G
            d 1\\n
            c
            > Z
            Q copy {d}.t from stdin
            > G
            d z\\n
            c
            > Z
            Q rollback
            > Z

            ## copy by a client that vanishes
            a: Q create table {d}.t (i int)
            a: > Z
            a: Q copy {d}.t from stdin
            a: > G
            a: d 1\\n
            a: reset
            b: Q select count(*) from {d}.t
            b: > Z
            """;
}
