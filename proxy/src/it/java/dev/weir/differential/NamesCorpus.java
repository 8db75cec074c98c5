package dev.weir.differential;

import java.util.List;
import java.util.stream.Collectors;

/** Statements of PREPARE and of Parse have one name space. */
final class NamesCorpus {
    private NamesCorpus() {}

    private static final String WRITTEN =
            """
            ## PREPARE of a name that Parse has taken [PIN]
            P s | select 1
            S
            > Z
            Q prepare s as select 2
            > Z
            B "" s
            E "" 0
            S
            > Z
            Q deallocate s
            > Z
            B "" s
            S
            > Z

            ## Parse of a name that PREPARE has taken [TX PIN]
            Q prepare s as select 2
            > Z
            P s | select 1
            S
            > Z
            P s | selec 1
            S
            > Z
            B "" s
            E "" 0
            S
            > Z
            Q deallocate s
            > Z
            P s | select 1
            B "" s
            E "" 0
            S
            > Z
            Q execute s
            > Z

            ## Parse of other names beside PREPARE [TX PIN]
            Q prepare s as select 2
            > Z
            P t | select $1::int
            B "" t | 7
            E "" 0
            S
            > Z
            P t | select 8
            S
            > Z
            Q execute s; execute t(9)
            > Z

            ## DEALLOCATE that is prepared under a name, its own or another [TX]
            P s | deallocate s
            B "" s
            D P ""
            E "" 0
            B "" s
            E "" 0
            S
            > Z
            P s | deallocate s
            P t | deallocate s
            S
            > Z
            Q select 1
            > Z
            B "" t
            E "" 0
            B "" t
            E "" 0
            S
            > Z
            P s | select $1::int
            S
            > Z
            Q begin
            > Z
            B "" t
            E "" 0
            S
            > Z
            B "" s | 1
            E "" 0
            S
            > Z
            B "" t
            E "" 0
            S
            > Z
            Q rollback
            > Z
            B "" s | 1
            E "" 0
            S
            > Z
            P u | deallocate t
            B p u
            D S u
            E p 0
            C S u
            S
            > Z
            B "" t
            S
            > Z

            ## Describe of an EXECUTE of what Parse has made
            a: P s | select $1::int + 1
            a: S
            a: > Z
            a: P e | execute s(1)
            a: D S e
            a: S
            a: > Z
            b: Q create table {d}.t (i int)
            b: > Z
            a: D S e
            a: S
            a: > Z
            b: Q select 1
            b: > Z
            a: B "" e
            a: D P ""
            a: E "" 0
            a: S
            a: > Z
            b: Q drop table {d}.t
            b: > Z
            a: B "" e
            a: E "" 0
            a: D S e
            a: S
            a: > Z

            ## EXECUTE by the extended protocol of what Parse has made
            P s | select $1::int + 1
            S
            > Z
            P "" | execute s(41)
            B "" ""
            D P ""
            E "" 0
            S
            > Z
            P e | execute s(1)
            S
            > Z
            B "" e
            E "" 0
            S
            > Z
            B "" e
            E "" 0
            S
            > Z
            B "" s | 2
            E "" 0
            S
            > Z
            P "" | execute nobody
            B "" ""
            E "" 0
            S
            > Z

            ## PREPARE by the extended protocol of a taken name [PIN]
            P s | select 1
            S
            > Z
            P "" | prepare s as select 2
            B "" ""
            E "" 0
            S
            > Z
            B "" s
            E "" 0
            S
            > Z

            ## Close of a statement of PREPARE [TX PIN]
            Q prepare s as select 2
            > Z
            C S s
            S
            > Z
            Q execute s
            > Z
            P s | select 3
            B "" s
            E "" 0
            S
            > Z
            Q prepare s as select 4
            > Z

            ## long names of statements
            P {n*70} | select 1
            S
            > Z
            B "" {n*63}
            E "" 0
            S
            > Z
            P {n*64} | select 2
            S
            > Z
            D S {n*65}
            S
            > Z
            Q execute {n*80}
            > Z
            Q deallocate {n*66}
            > Z
            B "" {n*70}
            S
            > Z
            C S {n*70}
            S
            > Z

            ## a long name is deallocated of what others use
            P s | select 1
            B "" s
            E "" 0
            S
            > Z
            P {n*70} | select 1
            B "" {n*63}
            E "" 0
            S
            > Z
            Q deallocate {n*66}
            > Z
            B "" s
            E "" 0
            P t | select 1
            B "" t
            E "" 0
            S
            > Z

            ## names that are taken in a block [TX]
            P s | select 1
            S
            > Z
            Q begin
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q prepare s as select 2
            > Z
            B "" s
            S
            > Z
            Q rollback
            > Z
            B "" s
            E "" 0
            S
            > Z
            """;

    /** What a statement of Parse does, which EXECUTE then runs. */
    private static final List<String> EXECUTED =
            List.of(
                    "set search_path = pg_catalog, public",
                    "reset all",
                    "set my.tenant = 't'",
                    "select set_config('my.tenant', 'u', false)",
                    "set session characteristics as transaction read only",
                    "set role pg_monitor",
                    "discard all");

    /** What takes a statement of Parse away. */
    private static final List<String> TAKES_AWAY =
            List.of("deallocate s", "deallocate all", "discard all");

    /** What names it, as messages behind that. */
    private static final List<String> NAMES_IT =
            List.of(
                    run("execute s"),
                    "P e | execute s\nB \"\" e\nE \"\" 0\n",
                    run("prepare s as select 2") + run("execute s"),
                    "P s | select 3\nB \"\" s\nE \"\" 0\n" + run("execute s"),
                    "B \"\" s\nE \"\" 0\n",
                    "D S s\n",
                    "C S s\n" + run("execute s"));

    static final String TEXT =
            executing("EXECUTE", "Q execute s")
                    + executing("Parse of EXECUTE", run("execute s") + "S")
                    + gone()
                    + takenAway(
                            "a function takes away what others use",
                            "execute 'deall' || 'ocate all';")
                    + takenAway(
                            "a function puts another in the place of what others use",
                            "for n in select name from pg_prepared_statements where not from_sql"
                                    + " loop execute format('deall' || 'ocate %I', n); execute"
                                    + " format('pre' || 'pare %I as select 666', n); end loop;")
                    + WRITTEN;

    private static String run(String sql) {
        return "P \"\" | " + sql + "\nB \"\" \"\"\nE \"\" 0\n";
    }

    /** A statement is named before it is known that it is gone. */
    private static String gone() {
        return TAKES_AWAY.stream()
                .flatMap(sql -> NAMES_IT.stream().map(naming -> gone(sql, naming)))
                .collect(Collectors.joining());
    }

    /** In the same batch, in the next one, behind a Query. */
    private static String gone(String sql, String naming) {
        return """
        ## named before it is gone, by %1$s: %2$s [TX PIN]
        P s | select 1
        S
        > Z
        %3$s%4$sS
        Q select 4
        > ZZ
        P s | select 5
        S
        > Z
        %3$sS
        %4$sS
        Q select 6
        > ZZZ
        P s | select 7
        S
        > Z
        Q %1$s
        %4$sS
        Q select 8
        > ZZZ

        """
                .formatted(sql, naming.replace('\n', ' '), run(sql), naming);
    }

    /** What a function does to the statements of a connection must not reach another client. */
    private static String takenAway(String name, String does) {
        return """
        ## %s
        a: P s | select 1
        a: S
        a: > Z
        b: P s | select 1
        b: B "" s
        b: E "" 0
        b: S
        b: > Z
        a: Q do $$ declare n text; begin %s end $$
        a: > Z
        b: B "" s
        b: E "" 0
        b: S
        b: > Z
        b: D S s
        b: S
        b: > Z

        """
                .formatted(name, does);
    }

    private static String executing(String how, String messages) {
        return EXECUTED.stream()
                .map(sql ->
                        """
                        ## %s of a statement of Parse: %s%s
                        Q set work_mem = '7MB'; set my.other = 'o'
                        > Z
                        P s | %s
                        S
                        > Z
                        %s
                        > Z
                        Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
                        > Z
                        Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
                        > Z

                        """
                                .formatted(
                                        how,
                                        sql,
                                        sql.equals("discard all") ? "" : " [TX]",
                                        sql,
                                        messages))
                .collect(Collectors.joining());
    }
}
