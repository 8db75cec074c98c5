package dev.weir.differential;

/** Statements of PREPARE and of Parse have one name space. */
final class NamesCorpus {
    private NamesCorpus() {}

    static final String TEXT =
            """
            ## EXECUTE of a statement of Parse: set search_path = pg_catalog, public [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set search_path = pg_catalog, public
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: reset all [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | reset all
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: set my.tenant = 't' [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set my.tenant = 't'
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: select set_config('my.tenant', 'u', false) [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | select set_config('my.tenant', 'u', false)
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: set session characteristics as transaction read only [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set session characteristics as transaction read only
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: set role pg_monitor [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set role pg_monitor
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## EXECUTE of a statement of Parse: discard all
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | discard all
            S
            > Z
            Q execute s
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: set search_path = pg_catalog, public [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set search_path = pg_catalog, public
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: reset all [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | reset all
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: set my.tenant = 't' [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set my.tenant = 't'
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: select set_config('my.tenant', 'u', false) [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | select set_config('my.tenant', 'u', false)
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: set session characteristics as transaction read only [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set session characteristics as transaction read only
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: set role pg_monitor [TX]
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | set role pg_monitor
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

            ## Parse of EXECUTE of a statement of Parse: discard all
            Q set work_mem = '7MB'; set my.other = 'o'
            > Z
            P s | discard all
            S
            > Z
            P "" | execute s
            B "" ""
            E "" 0
            S
            > Z
            Q show search_path; show work_mem; select nullif(current_setting('my.tenant', true), ''), current_user
            > Z
            Q show default_transaction_read_only; select current_setting('my.other', true) = 'o'
            > Z

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
}
