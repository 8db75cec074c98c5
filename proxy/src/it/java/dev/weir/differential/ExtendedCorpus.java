package dev.weir.differential;

/** Conversations of the extended protocol: pipelines, portals, errors at every place. */
final class ExtendedCorpus {
    private ExtendedCorpus() {}

    static final String TEXT =
            """
            ## the usual batch
            P "" | select $1::int + 1 | 23
            B "" "" | 41
            D P ""
            E "" 0
            S
            > Z

            ## nulls and texts
            P "" | select $1, $2::text
            D S ""
            B "" "" | \\N | it's
            E "" 0
            S
            > Z

            ## a named statement across batches
            P s1 | select $1::text
            D S s1
            S
            > Z
            B "" s1 | a
            E "" 0
            S
            > Z
            B "" s1 | b
            D P ""
            E "" 0
            S
            > Z
            C S s1
            S
            > Z
            B "" s1 | c
            E "" 0
            S
            > Z

            ## the unnamed statement survives Sync
            P "" | select 'A'
            S
            > Z
            B "" ""
            E "" 0
            S
            > Z
            Q select 'simple'
            > Z
            B "" ""
            E "" 0
            S
            > Z

            ## unnamed statements of two clients
            a: P "" | select 'A'
            a: S
            a: > Z
            b: P "" | select 'B'
            b: S
            b: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z
            b: B "" ""
            b: E "" 0
            b: S
            b: > Z
            a: D S ""
            a: S
            a: > Z

            ## no unnamed statement
            a: P "" | select 'A'
            a: S
            a: > Z
            b: B "" ""
            b: E "" 0
            b: S
            b: > Z
            b: D S ""
            b: S
            b: > Z
            b: C S ""
            b: S
            b: > Z

            ## an unnamed statement that fails to parse
            P "" | select 'before'
            S
            > Z
            P "" | selec
            S
            > Z
            B "" ""
            E "" 0
            S
            > Z

            ## a skipped parse uncovers no stranger's statement
            b: P "" | select 'secret of b'
            b: S
            b: > Z
            a: B "" nope
            a: P "" | select 'skipped'
            a: S
            a: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z

            ## a skipped replay uncovers no stranger's statement
            a: P "" | select 'of a'
            a: S
            a: > Z
            b: P "" | select 'secret of b'
            b: S
            b: > Z
            a: B "" nope
            a: B "" ""
            a: S
            a: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z

            ## a skipped query and a skipped close leave the unnamed statement
            P "" | select 'kept'
            S
            > Z
            B "" nope
            Q select 1
            C S ""
            P "" | select 'skipped 1'
            P "" | select 'skipped 2'
            S
            > Z
            B "" ""
            E "" 0
            S
            > Z

            ## a skipped parse and another in the next batch of the pipeline
            a: P "" | select 'kept'
            a: S
            a: > Z
            a: B "" nope
            a: P "" | select 'skipped'
            a: S
            a: P "" | select 'new'
            a: S
            a: > ZZ
            b: P "" | select 'of b'
            b: S
            b: > Z
            a: B "" ""
            a: E "" 0
            a: S
            a: > Z

            ## a failed parse and a good one behind it
            P "" | selec
            S
            P "" | select 'good'
            S
            > ZZ
            b: P "" | select 'b'
            b: S
            b: > Z
            B "" ""
            E "" 0
            S
            > Z

            ## the unnamed statement is closed
            P "" | select 1
            C S ""
            B "" ""
            E "" 0
            S
            > Z

            ## an unnamed parse skipped
            P "" | select 'kept'
            S
            > Z
            B "" nope
            P "" | select 'skipped'
            S
            > Z
            B "" ""
            E "" 0
            S
            > Z

            ## a pipeline of syncs
            P p | select $1::int
            B "" p | 1
            E "" 0
            S
            B "" p | 2
            E "" 0
            S
            B "" p | 3
            E "" 0
            S
            > ZZZ

            ## simple and extended in one write
            P "" | select 'x'
            S
            Q select 'y'
            P "" | select 'z'
            B "" ""
            E "" 0
            S
            > ZZZ

            ## flush without sync, then idle
            P f | select 1 as one
            D S f
            H
            > T
            B "" f
            E "" 0
            H
            > C
            S
            > Z

            ## an error is told without sync or flush
            B "" nope
            > E
            H
            S
            > Z

            ## portal suspended
            P "" | select generate_series(1, 7)
            B po ""
            E po 3
            H
            > s
            E po 3
            H
            > s
            C P po
            S
            > Z

            ## portals within a transaction [TX]
            Q begin
            > Z
            P "" | select generate_series(1, 5)
            B c1 ""
            E c1 2
            S
            > Z
            Q fetch 1 from c1
            > Z
            E c1 0
            S
            > Z
            E c1 0
            S
            > Z
            Q commit
            > Z
            E c1 0
            S
            > Z

            ## a portal is gone after sync
            P "" | select 1
            B gone ""
            S
            > Z
            E gone 0
            S
            > Z
            D P gone
            S
            > Z

            ## closing a portal is not closing a statement
            P x | select 'still here'
            B x x
            C P x
            S
            > Z
            B "" x
            E "" 0
            S
            > Z

            ## closing what is not there
            C S nope
            C P nope
            C S nope
            S
            > Z

            ## error in the middle: parse
            P a1 | select 1
            P a2 | selec 2
            P a3 | select 3
            B "" a1
            E "" 0
            S
            > Z
            B "" a1
            E "" 0
            S
            > Z
            B "" a3
            E "" 0
            S
            > Z

            ## error in the middle: describe
            P a1 | select 1
            D S nope
            B "" a1
            E "" 0
            S
            > Z
            D S a1
            B "" a1
            E "" 0
            S
            > Z

            ## error in the middle: execute
            P a1 | select 1/$1::int
            B "" a1 | 0
            E "" 0
            B "" a1 | 1
            E "" 0
            S
            > Z
            B "" a1 | 1
            E "" 0
            S
            > Z

            ## error in the middle: close skipped
            P a1 | select 1
            S
            > Z
            B "" nope
            C S a1
            S
            > Z
            B "" a1
            E "" 0
            S
            > Z

            ## error at a bind with wrong parameters
            P a1 | select $1::int
            B "" a1
            E "" 0
            S
            > Z
            B "" a1 | notanumber
            E "" 0
            S
            > Z
            B "" a1 | 5
            E "" 0
            S
            > Z

            ## query and function call in a skipped batch
            B "" nope
            Q select 'skipped'
            F 177 | 1 | 2
            S
            > Z
            Q select 'not skipped'
            > Z

            ## query within a batch
            P q | select 'p'
            B "" q
            Q select 'q'
            E "" 0
            S
            > ZZ
            B "" q
            E "" 0
            S
            > Z

            ## function call within a batch
            P q | select 'p'
            F 177 | 40 | 2
            B "" q
            E "" 0
            S
            > ZZ

            ## an insert rolls back with its batch
            Q create table {d}.t (i int)
            > Z
            P "" | insert into {d}.t values (1)
            B "" ""
            E "" 0
            B "" nope
            S
            > Z
            Q select count(*) from {d}.t
            > Z

            ## known and new statements in one batch
            P k | select 'known'
            S
            > Z
            C S k
            P k | select 'known'
            P n | select 'new'
            D S k
            D S n
            B "" k
            E "" 0
            B "" n
            E "" 0
            S
            > Z
            C S k
            P k | select 'known'
            P n | select 'again'
            D S k
            B "" k
            E "" 0
            S
            > Z

            ## same name, other text in two clients
            a: P same | select 'a' || $1
            a: S
            a: > Z
            b: P same | select 'b' || $1
            b: S
            b: > Z
            a: B "" same | 1
            a: E "" 0
            a: S
            a: > Z
            b: B "" same | 2
            b: E "" 0
            b: S
            b: > Z
            a: C S same
            a: S
            a: > Z
            b: B "" same | 3
            b: D P ""
            b: E "" 0
            b: S
            b: > Z

            ## same text, other parameter types
            a: P s | select $1 | 23
            a: D S s
            a: S
            a: > Z
            b: P s | select $1 | 25
            b: D S s
            b: S
            b: > Z
            a: B "" s | 1
            a: D P ""
            a: E "" 0
            a: S
            a: > Z

            ## the name is taken
            P t | select 1
            P t | select 2
            B "" t
            S
            > Z
            B "" t
            E "" 0
            S
            > Z
            P t | select 3
            S
            > Z
            C S t
            P t | select 4
            B "" t
            E "" 0
            S
            > Z

            ## the name is taken, within a transaction [TX]
            Q begin
            > Z
            P t | select 1
            S
            > Z
            P t | select 2
            S
            > Z
            P u | select 3
            S
            > Z
            Q rollback
            > Z
            B "" t
            E "" 0
            S
            > Z

            ## begin and commit as statements [TX]
            P "" | begin
            D S ""
            S
            > Z
            B "" ""
            D P ""
            E "" 0
            S
            > Z
            P "" | select 1
            B "" ""
            E "" 0
            S
            > Z
            P "" | commit
            B "" ""
            E "" 0
            S
            > Z

            ## begin, work and commit in one batch [TX]
            P b | begin
            P w | select $1::int | 23
            P c | commit
            B "" b
            E "" 0
            B "" w | 1
            E "" 0
            B "" c
            E "" 0
            S
            > Z
            B "" b
            E "" 0
            B "" w | x
            E "" 0
            B "" c
            E "" 0
            S
            > Z
            Q rollback
            > Z

            ## two statements in a parse
            P "" | select 1; select 2
            S
            > Z

            ## a plan that must not change
            Q create table {d}.t (i int)
            > Z
            P plan | select * from {d}.t
            B "" plan
            E "" 0
            S
            > Z
            Q drop table {d}.t; create table {d}.t (i int)
            > Z
            B "" plan
            E "" 0
            S
            > Z

            ## names that look like ours
            P weir_1 | select 'mine'
            S
            > Z
            B "" weir_1
            E "" 0
            S
            > Z
            B "" weir_2
            S
            > Z
            D S __weir_1
            S
            > Z
            C S weir_1
            S
            > Z

            ## names with anything in them
            P we"ird 'naïve | select 1
            S
            > Z
            D S we"ird 'naïve
            C S we"ird 'naïve
            S
            > Z

            ## a long name
            P {n*500} | select 'long'
            B {p*500} {n*500}
            E {p*500} 0
            S
            > Z
            B "" {n*500}
            E "" 0
            S
            > Z

            ## a large statement [PIN]
            P big | select length('{z*100000}')
            B "" big
            E "" 0
            S
            > Z
            B "" big
            E "" 0
            S
            > Z
            C S big
            S
            > Z

            ## a large unnamed statement [PIN]
            P "" | select length('{z*100000}')
            S
            > Z
            B "" ""
            E "" 0
            S
            > Z

            ## describe with an error in it
            P "" | select * from {d}.nope
            D S ""
            S
            > Z

            ## a malformed bind
            P m | select 1
            S
            > Z
            x 42 00000009 00 6d 00 0005
            S
            > Z
            B "" m
            E "" 0
            S
            > Z

            ## an unknown type of message
            x 79 00000004
            > end

            ## terminate in a batch
            P "" | select 1
            B "" ""
            E "" 0
            bye
            b: Q select 'next'
            b: > Z
            """;
}
