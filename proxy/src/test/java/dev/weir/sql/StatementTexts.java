package dev.weir.sql;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statement texts and what they must be classified as.
 *
 * <p>A line is {@code text ## flags ## parameters ## name}, the last three optional; {@code \n},
 * {@code \t} and {@code \r} in the text stand for the characters. Every line is one statement that
 * PostgreSQL parses.
 */
record StatementTexts(String text, long flags, List<String> parameters, @Nullable String name) {
    static List<StatementTexts> all() {
        List<StatementTexts> rows = new ArrayList<>();
        for (String line :
                (TRANSACTIONS + PARAMETERS + CALLS + STATEMENTS + OBJECTS + LEXICAL)
                        .lines()
                        .toList()) {
            if (!line.isBlank()) {
                rows.add(row(line));
            }
        }
        return rows;
    }

    private static StatementTexts row(String line) {
        String[] parts = line.split("\\s*##\\s*", -1);
        String text = parts[0].replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r");
        long flags = 0;
        for (String flag : parts.length > 1 ? words(parts[1]) : List.<String>of()) {
            flags |= flag(flag);
        }
        List<String> parameters = parts.length > 2 ? words(parts[2]) : List.of();
        return new StatementTexts(text, flags, parameters, parts.length > 3 ? parts[3] : null);
    }

    private static List<String> words(String part) {
        return part.isBlank() ? List.of() : List.of(part.trim().split(" +", -1));
    }

    private static long flag(String name) {
        try {
            Field field = StatementFacts.class.getField(name);
            return field.getLong(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no such flag: " + name, e);
        }
    }

    private static final String TRANSACTIONS =
            """
            BEGIN ## BEGIN
            begin work ## BEGIN
            BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY ## BEGIN
            BEGIN READ WRITE ## BEGIN
            START TRANSACTION ## BEGIN
            start\\ttransaction read only ## BEGIN
            /* hello */ BEGIN ## BEGIN
            -- hello\\nBEGIN ## BEGIN
            COMMIT ## TRANSACTION_END
            COMMIT WORK ## TRANSACTION_END
            COMMIT AND NO CHAIN ## TRANSACTION_END
            COMMIT AND CHAIN ## TRANSACTION_END CHAINS
            END ## TRANSACTION_END
            END TRANSACTION AND CHAIN ## TRANSACTION_END CHAINS
            ROLLBACK ## TRANSACTION_END
            rollback work ## TRANSACTION_END
            ROLLBACK TRANSACTION AND CHAIN ## TRANSACTION_END CHAINS
            ABORT ## TRANSACTION_END
            ABORT WORK ## TRANSACTION_END
            ROLLBACK TO s ## SAVEPOINT_CONTROL
            ROLLBACK TO SAVEPOINT s ## SAVEPOINT_CONTROL
            ROLLBACK WORK TO SAVEPOINT "to" ## SAVEPOINT_CONTROL
            ROLLBACK TRANSACTION TO s ## SAVEPOINT_CONTROL
            SAVEPOINT s ## SAVEPOINT_CONTROL
            RELEASE s ## SAVEPOINT_CONTROL
            RELEASE SAVEPOINT s ## SAVEPOINT_CONTROL
            PREPARE TRANSACTION 'gid' ## TRANSACTION_END TWO_PHASE
            COMMIT PREPARED 'gid' ## TWO_PHASE
            ROLLBACK PREPARED 'gid' ## TWO_PHASE
            """;

    private static final String PARAMETERS =
            """
            SET work_mem = '1MB' ## SETS_PARAMETERS ## work_mem
            set Work_Mem to 64 ## SETS_PARAMETERS ## work_mem
            SET "Work_Mem" TO '64kB' ## SETS_PARAMETERS ## work_mem
            SET SESSION work_mem = 64 ## SETS_PARAMETERS ## work_mem
            SET/**/work_mem/**/=/**/64 ## SETS_PARAMETERS ## work_mem
            SET work_mem=-64 ## SETS_PARAMETERS ## work_mem
            SET search_path TO a, "$user", public ## SETS_PARAMETERS ## search_path
            SET search_path = pg_temp ## SETS_PARAMETERS CREATES_TEMPORARY ## search_path
            SET search_path = 'public, pg_temp' ## SETS_PARAMETERS CREATES_TEMPORARY ## search_path
            SET search_path FROM CURRENT ## SETS_PARAMETERS ## search_path
            SET app.tenant = 'x' ## SETS_PARAMETERS ## app.tenant
            SET "App"."Tenant" = 'x' ## SETS_PARAMETERS ## app.tenant
            SET a . b TO 1 ## SETS_PARAMETERS ## a.b
            SET a.b.c TO 1 ## SETS_PARAMETERS ## a.b.c
            SET session.x = 1 ## SETS_PARAMETERS ## session.x
            SET local.x = 1 ## SETS_PARAMETERS ## local.x
            SET LOCAL local.x = 1 ## SETS_LOCAL SETS_CUSTOM_LOCAL ## local.x
            SET SESSION role.x = 1 ## SETS_PARAMETERS ## role.x
            SET time.zone = 1 ## SETS_PARAMETERS ## time.zone
            SET names.a TO 1 ## SETS_PARAMETERS ## names.a
            SET transaction.a TO 1 ## SETS_PARAMETERS ## transaction.a
            SET xml.a TO 1 ## SETS_PARAMETERS ## xml.a
            SET constraints.a TO 1 ## SETS_PARAMETERS ## constraints.a
            SET LOCAL work_mem = 64 ## SETS_LOCAL
            SET LOCAL work_mem TO DEFAULT ## SETS_LOCAL
            set local app.tenant = 'x' ## SETS_LOCAL SETS_CUSTOM_LOCAL ## app.tenant
            SET work_mem TO DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## work_mem
            SET work_mem = default ## SETS_PARAMETERS RESETS_PARAMETERS ## work_mem
            SET SESSION work_mem = DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## work_mem
            SET app.tenant TO DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## app.tenant
            SET search_path = "default" ## SETS_PARAMETERS ## search_path
            SET TIME ZONE 'UTC' ## SETS_PARAMETERS ## timezone
            SET TIME ZONE -7 ## SETS_PARAMETERS ## timezone
            SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE ## SETS_PARAMETERS ## timezone
            SET TIME ZONE LOCAL ## SETS_PARAMETERS RESETS_PARAMETERS ## timezone
            SET TIME ZONE DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## timezone
            SET SESSION TIME ZONE 'UTC' ## SETS_PARAMETERS ## timezone
            SET LOCAL TIME ZONE 'UTC' ## SETS_LOCAL
            SET TimeZone TO 'UTC' ## SETS_PARAMETERS ## timezone
            SET NAMES 'utf8' ## SETS_PARAMETERS ## client_encoding
            SET NAMES ## SETS_PARAMETERS RESETS_PARAMETERS ## client_encoding
            SET NAMES DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## client_encoding
            SET ROLE joe ## SETS_PARAMETERS ## role
            SET ROLE NONE ## SETS_PARAMETERS ## role
            SET SESSION ROLE 'joe' ## SETS_PARAMETERS ## role
            SET LOCAL ROLE joe ## SETS_LOCAL
            SET role = joe ## SETS_PARAMETERS ## role
            SET role TO 'joe' ## SETS_PARAMETERS ## role
            SET SESSION AUTHORIZATION joe ## SETS_PARAMETERS ## session_authorization role
            SET SESSION AUTHORIZATION DEFAULT ## SETS_PARAMETERS RESETS_PARAMETERS ## session_authorization role
            SET SESSION SESSION AUTHORIZATION joe ## SETS_PARAMETERS ## session_authorization role
            SET LOCAL SESSION AUTHORIZATION joe ## SETS_LOCAL
            SET session_authorization = joe ## SETS_PARAMETERS ## session_authorization role
            SET SCHEMA 'app' ## SETS_PARAMETERS ## search_path
            SET SCHEMA 'pg_temp' ## SETS_PARAMETERS CREATES_TEMPORARY ## search_path
            SET XML OPTION DOCUMENT ## SETS_PARAMETERS ## xmloption
            SET LOCAL XML OPTION CONTENT ## SETS_LOCAL
            SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY ## SETS_PARAMETERS ## default_transaction_isolation default_transaction_read_only default_transaction_deferrable
            SET LOCAL SESSION CHARACTERISTICS AS TRANSACTION READ ONLY ## SETS_LOCAL
            SET TRANSACTION READ ONLY ## SETS_LOCAL
            SET TRANSACTION SNAPSHOT '00000003-1' ## SETS_LOCAL
            SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE ## SETS_LOCAL
            SET LOCAL TRANSACTION READ ONLY ## SETS_LOCAL
            SET transaction_read_only = on ## SETS_LOCAL
            SET transaction_isolation TO 'serializable' ## SETS_LOCAL
            SET CONSTRAINTS ALL DEFERRED ##
            SET CONSTRAINTS a, b IMMEDIATE ##
            SET seed = 0.5 ## SETS_PARAMETERS ## seed
            SET U&"work_mem" = 64 ## SETS_PARAMETERS ## work_mem
            SET U&"work\\005fmem" = 64 ## SETS_UNKNOWN_PARAMETERS
            RESET work_mem ## SETS_PARAMETERS RESETS_PARAMETERS ## work_mem
            RESET "Work_Mem" ## SETS_PARAMETERS RESETS_PARAMETERS ## work_mem
            RESET app.tenant ## SETS_PARAMETERS RESETS_PARAMETERS ## app.tenant
            RESET TIME ZONE ## SETS_PARAMETERS RESETS_PARAMETERS ## timezone
            RESET time.zone ## SETS_PARAMETERS RESETS_PARAMETERS ## time.zone
            RESET session.a ## SETS_PARAMETERS RESETS_PARAMETERS ## session.a
            RESET SESSION AUTHORIZATION ## SETS_PARAMETERS RESETS_PARAMETERS ## session_authorization role
            RESET TRANSACTION ISOLATION LEVEL ## RESETS_PARAMETERS
            RESET ALL ## SETS_UNKNOWN_PARAMETERS RESETS_PARAMETERS
            reset/* */all ## SETS_UNKNOWN_PARAMETERS RESETS_PARAMETERS
            SHOW work_mem ##
            SHOW ALL ##
            ALTER ROLE joe SET work_mem = 64 ##
            ALTER DATABASE d SET work_mem = 64 ##
            ALTER SYSTEM SET work_mem = 64 ##
            UPDATE t SET work_mem = 64 ##
            """;

    private static final String CALLS =
            """
            SELECT set_config('work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT SET_CONFIG ( 'Work_Mem' , '1MB' , FALSE ) ## SETS_PARAMETERS ## work_mem
            SELECT pg_catalog.set_config('work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT "pg_catalog"."set_config"('work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT "SET_CONFIG"('work_mem', '1MB', false) ##
            SELECT U&"set_config"('work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT U&"set\\005fconfig"('work_mem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS SESSION_LOCK
            SELECT U&"set!005fconfig" UESCAPE '!' ('work_mem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS SESSION_LOCK CREATES_TEMPORARY
            SELECT set_config/* (*/('work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem', '1MB', true) ## SETS_LOCAL
            SELECT set_config('work_mem', '1MB', 'true') ## SETS_LOCAL
            SELECT set_config('work_mem', '1MB', 'On') ## SETS_LOCAL
            SELECT set_config('work_mem', '1MB', 'f') ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem', '1MB', true and false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem', '1MB', not true) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem', '1MB', $1) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem', $1, false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem'::text, $1::text, false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work_mem'::char, $1::text, false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config('app.tenant', $1, true) ## SETS_LOCAL SETS_CUSTOM_LOCAL ## app.tenant
            SELECT set_config('app.tenant', 'x', false) ## SETS_PARAMETERS ## app.tenant
            SELECT set_config($1, $2, false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config($1, $2, true) ## SETS_UNKNOWN_PARAMETERS SETS_LOCAL
            SELECT set_config('work' || '_mem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(name, setting, false) FROM pg_settings ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(setting_name => 'work_mem', new_value => '1', is_local => true) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(text 'work_mem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(E'work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config(E'work\\x5fmem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(U&'work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config(U&'work\\005fmem', '1MB', false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(U&'work!005fmem' UESCAPE '!', '1MB', false) ## SETS_UNKNOWN_PARAMETERS
            SELECT set_config(N'work_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config($$work_mem$$, '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config($a$work_mem$a$, '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work'\\n'_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('work' -- it''s\\n  '_mem', '1MB', false) ## SETS_PARAMETERS ## work_mem
            SELECT set_config('a.b''c', '1MB', false) ## SETS_PARAMETERS ## a.b'c
            SELECT set_config('a.b', '1', false), set_config('c', '1', false) ## SETS_PARAMETERS ## a.b c
            SELECT set_config('a.b', '1', true), set_config('c', '1', false) ## SETS_PARAMETERS SETS_LOCAL SETS_CUSTOM_LOCAL ## a.b c
            SELECT set_config('a', set_config('b', '1', true), false) ## SETS_LOCAL SETS_PARAMETERS ## a
            SELECT set_config('a', (SELECT x FROM t WHERE y IN (1, 2, 3)), true) ## SETS_LOCAL
            SELECT set_config('a', (ARRAY['x', 'y'])[1], true) ## SETS_LOCAL
            SELECT set_config('a', ARRAY['x', 'y', 'true']::text, false) ## SETS_PARAMETERS ## a
            SELECT set_config('a', concat('x', true, true), false) ## SETS_PARAMETERS ## a
            SELECT set_config('search_path', 'pg_temp, public', true) ## SETS_LOCAL CREATES_TEMPORARY
            SELECT 'set_config(''a'', ''b'', false)' ##
            SELECT $$set_config('a', 'b', false)$$ ##
            SELECT set_config FROM t ##
            SELECT reset_config('a', 'b', false) ##
            SELECT set_configs('a', 'b', false) ##
            SELECT 1 -- set_config('a', 'b', false) ##
            SELECT /* set_config('a', /* */ 'b', false) */ 1 ##
            SELECT CASE WHEN true THEN set_config('a', 'b', false) END ## SETS_PARAMETERS ## a
            WITH x AS (SELECT set_config('a', 'b', false)) SELECT * FROM x ## SETS_PARAMETERS ## a
            (SELECT set_config('a', 'b', false)) ## SETS_PARAMETERS ## a
            VALUES (set_config('a', 'b', false)) ## SETS_PARAMETERS ## a
            EXPLAIN ANALYZE SELECT set_config('a', 'b', false) ## SETS_PARAMETERS ## a
            EXPLAIN (ANALYZE, COSTS off) SELECT set_config('a', 'b', false) ## SETS_PARAMETERS ## a
            INSERT INTO t SELECT set_config('a', 'b', false) ## SETS_PARAMETERS ## a
            COPY (SELECT set_config('a', 'b', false)) TO STDOUT ## SETS_PARAMETERS COPY_TO_STDOUT ## a
            SELECT 1 WHERE EXISTS (SELECT 1 FROM set_config('a', 'b', false)) ## SETS_PARAMETERS ## a
            SELECT pg_advisory_lock(1) ## SESSION_LOCK
            select PG_ADVISORY_LOCK (1, 2) ## SESSION_LOCK
            SELECT pg_advisory_lock_shared(1) ## SESSION_LOCK
            SELECT pg_try_advisory_lock(1) ## SESSION_LOCK
            SELECT pg_catalog.pg_try_advisory_lock_shared(1) ## SESSION_LOCK
            SELECT "pg_advisory_lock"(1) ## SESSION_LOCK
            SELECT * FROM t WHERE id = 1 AND pg_advisory_lock(id) IS NOT NULL ## SESSION_LOCK
            SELECT pg_advisory_xact_lock(1) ##
            SELECT pg_advisory_xact_lock_shared(1) ##
            SELECT pg_try_advisory_xact_lock(1) ##
            SELECT pg_try_advisory_xact_lock_shared(1) ##
            SELECT pg_advisory_lock FROM t ##
            SELECT 'pg_advisory_lock(1)' ##
            SELECT pg_advisory_unlock(1) ## SESSION_UNLOCK
            SELECT pg_advisory_unlock_shared(1) ## SESSION_UNLOCK
            SELECT pg_advisory_unlock_all() ## SESSION_UNLOCK
            SELECT pg_advisory_unlock(1), pg_advisory_lock(2) ## SESSION_LOCK SESSION_UNLOCK
            DO $$ BEGIN PERFORM 1; END $$ ##
            DO LANGUAGE plpgsql 'BEGIN NULL; END' ##
            DO $$ BEGIN PERFORM set_config('a', 'b', false); END $$ ## SETS_UNKNOWN_PARAMETERS
            DO $$ BEGIN EXECUTE 'SET work_mem = 64'; END $$ LANGUAGE plpgsql ## SETS_UNKNOWN_PARAMETERS
            DO $x$ BEGIN RESET ALL; END $x$ ## SETS_UNKNOWN_PARAMETERS
            DO $$ BEGIN CREATE TEMP TABLE t(i int); LISTEN c; END $$ ## CREATES_TEMPORARY LISTENS
            DO $$ BEGIN PERFORM pg_advisory_lock(1); PERFORM pg_advisory_unlock(2); END $$ ## SESSION_LOCK SESSION_UNLOCK
            DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$ ## DEALLOCATES_UNSEEN
            DO E'BEGIN EXECUTE ''S\\x45T a.b = 1''; END' ## SETS_UNKNOWN_PARAMETERS ## a.b
            CALL p(1) ##
            SELECT setting FROM pg_settings WHERE name = 'work_mem' ##
            UPDATE pg_settings SET setting = '1MB' WHERE name = 'work_mem' ## SETS_UNKNOWN_PARAMETERS
            UPDATE ONLY pg_catalog."pg_settings" AS s SET setting = '1MB' ## SETS_UNKNOWN_PARAMETERS
            MERGE INTO pg_settings USING t ON TRUE WHEN MATCHED THEN UPDATE SET setting = v ## SETS_UNKNOWN_PARAMETERS
            WITH u AS (UPDATE pg_settings SET setting = '1MB' RETURNING *) TABLE u ## SETS_UNKNOWN_PARAMETERS
            EXPLAIN ANALYZE UPDATE pg_settings SET setting = '1MB' ## SETS_UNKNOWN_PARAMETERS
            """;

    private static final String STATEMENTS =
            """
            PREPARE p AS SELECT 1 ## PREPARES ## ## p
            PREPARE P (int, text) AS SELECT $1 ## PREPARES ## ## p
            PREPARE "P" AS SELECT 1 ## PREPARES ## ## P
            PREPARE "a""b" AS SELECT 1 ## PREPARES ## ## a"b
            PREPARE transaction AS SELECT 1 ## PREPARES ## ## transaction
            PREPARE transaction(int) AS SELECT $1 ## PREPARES ## ## transaction
            EXECUTE p ## EXECUTES ## ## p
            execute P(1, 'x') ## EXECUTES ## ## p
            EXECUTE "P" ## EXECUTES ## ## P
            EXPLAIN EXECUTE p ## EXECUTES ## ## p
            EXPLAIN ANALYZE VERBOSE EXECUTE p(1) ## EXECUTES ## ## p
            EXPLAIN (ANALYZE, TIMING false) EXECUTE p(1) ## EXECUTES ## ## p
            EXPLAIN SELECT execute FROM t ##
            EXPLAIN (SELECT 1) ##
            CREATE TABLE t AS EXECUTE p(1) ## EXECUTES ## ## p
            CREATE TEMP TABLE t AS EXECUTE p ## EXECUTES CREATES_TEMPORARY ## ## p
            CREATE TABLE t AS SELECT 1 AS execute FROM x ##
            DEALLOCATE p ## DEALLOCATE_NAME ## ## p
            deallocate PREPARE P ## DEALLOCATE_NAME ## ## p
            DEALLOCATE PREPARE "P q" ## DEALLOCATE_NAME ## ## P q
            /* c */ DEALLOCATE -- c\\n p ## DEALLOCATE_NAME ## ## p
            DEALLOCATE prepare ## DEALLOCATE_NAME ## ## prepare
            DEALLOCATE PREPARE prepare ## DEALLOCATE_NAME ## ## prepare
            DEALLOCATE "all" ## DEALLOCATE_NAME ## ## all
            DEALLOCATE ALL ## DEALLOCATE_ALL
            DEALLOCATE PREPARE ALL ## DEALLOCATE_ALL
            DEALLOCATE U&"ab" ## DEALLOCATE_NAME ## ## ab
            DEALLOCATE U&"\\0061b" ## DEALLOCATE_NAME
            DEALLOCATE abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop ## DEALLOCATE_NAME ## ## abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk
            DEALLOCATE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e9x" ## DEALLOCATE_NAME ## ## aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            DISCARD ALL ## DISCARD_ALL SETS_UNKNOWN_PARAMETERS RESETS_PARAMETERS
            DISCARD PLANS ## DISCARD_OTHER
            DISCARD SEQUENCES ## DISCARD_OTHER DISCARDS_SEQUENCES
            DISCARD TEMP ## DISCARD_OTHER
            discard temporary ## DISCARD_OTHER
            LISTEN c ## LISTENS
            LISTEN "we""ird" ## LISTENS
            UNLISTEN c ## UNLISTENS
            UNLISTEN * ## UNLISTENS
            NOTIFY c, 'set_config(' ##
            LOAD 'auto_explain' ## LOADS
            DECLARE c CURSOR FOR SELECT 1 ##
            DECLARE c CURSOR WITH HOLD FOR SELECT 1 ## HOLDS_CURSOR
            declare "c" binary insensitive no scroll cursor with hold for select 1 ## HOLDS_CURSOR
            DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1 ##
            DECLARE cursor CURSOR WITH HOLD FOR SELECT 1 ## HOLDS_CURSOR
            DECLARE c CURSOR FOR WITH hold AS (SELECT 1) SELECT * FROM hold ##
            CLOSE c ## CLOSES_CURSOR
            CLOSE ALL ## CLOSES_CURSOR
            FETCH ALL FROM c ##
            COPY t FROM STDIN ## COPY_FROM_STDIN
            copy t (a, b) from stdin with (format csv, delimiter ';') ## COPY_FROM_STDIN
            COPY BINARY t FROM STDIN ## COPY_FROM_STDIN
            COPY t FROM STDOUT ## COPY_FROM_STDIN
            COPY t FROM '/x' ##
            COPY t FROM PROGRAM 'cat' ##
            COPY stdin FROM '/x' ##
            COPY t TO STDOUT ## COPY_TO_STDOUT
            COPY t TO STDIN ## COPY_TO_STDOUT
            COPY t TO '/x' ##
            COPY (SELECT * FROM stdin) TO STDOUT ## COPY_TO_STDOUT
            SELECT * FROM stdin ##
            """;

    private static final String OBJECTS =
            """
            CREATE TABLE t (i int) ##
            CREATE TEMP TABLE t (i int) ## CREATES_TEMPORARY
            create temporary table if not exists t (i int) on commit drop ## CREATES_TEMPORARY
            CREATE LOCAL TEMP TABLE t (i int) ## CREATES_TEMPORARY
            CREATE GLOBAL TEMPORARY TABLE t (i int) ## CREATES_TEMPORARY
            CREATE UNLOGGED TABLE t (i int) ##
            CREATE TEMP TABLE t AS SELECT 1 ## CREATES_TEMPORARY
            EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1 ## CREATES_TEMPORARY
            EXPLAIN (ANALYZE) CREATE TEMP TABLE t AS SELECT 1 ## CREATES_TEMPORARY
            CREATE TEMP VIEW v AS SELECT 1 ## CREATES_TEMPORARY
            CREATE OR REPLACE TEMP VIEW v AS SELECT 1 ## CREATES_TEMPORARY
            CREATE OR REPLACE TEMPORARY RECURSIVE VIEW v (a) AS SELECT 1 ## CREATES_TEMPORARY
            CREATE TEMP SEQUENCE s ## CREATES_TEMPORARY
            CREATE TABLE pg_temp.t (i int) ## CREATES_TEMPORARY
            CREATE TABLE "pg_temp".t (i int) ## CREATES_TEMPORARY
            CREATE TABLE U&"pg\\005ftemp".t (i int) ## CREATES_TEMPORARY
            CREATE TABLE pg_temp_3.t (i int) ## CREATES_TEMPORARY
            CREATE TABLE pg_temp_x.t (i int) ##
            CREATE TABLE "PG_TEMP".t (i int) ##
            CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1' ## CREATES_TEMPORARY
            CREATE TABLE temp (temp int) ##
            CREATE TABLE t (temporary int) ##
            SELECT 1 INTO TEMP t ## CREATES_TEMPORARY
            SELECT 1 INTO TEMPORARY TABLE t ## CREATES_TEMPORARY
            SELECT 1 INTO LOCAL TEMP t FROM x ## CREATES_TEMPORARY
            SELECT 1 INTO "temp" FROM x ##
            SELECT 1 INTO temp FROM x ##
            SELECT 1 INTO t ##
            SELECT 1 INTO UNLOGGED t ##
            INSERT INTO temp VALUES (1) ##
            INSERT INTO temp SELECT 1 ##
            WITH x AS (INSERT INTO temp SELECT 1 RETURNING *) SELECT * FROM x ##
            SELECT temp FROM t ##
            DROP TABLE t ## DROPS
            DROP VIEW IF EXISTS v ## DROPS
            DROP SEQUENCE s ## DROPS
            drop table pg_temp.t ## DROPS CREATES_TEMPORARY
            ALTER TABLE t DROP COLUMN c ##
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; COMMIT; SET a.b = 1 $$ ##
            CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = 64 AS 'SELECT 1' ##
            CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END ##
            CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END ##
            CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 AS end; SELECT 2 end; SELECT x.end FROM x; END ##
            CREATE PROCEDURE f(begin atomic) BEGIN ATOMIC END ##
            CREATE PROCEDURE p() BEGIN ATOMIC UPDATE t SET a = 1; DELETE FROM t; END ##
            CREATE RULE r AS ON INSERT TO t DO ALSO (UPDATE x SET a = 1; DELETE FROM y; NOTIFY z) ##
            """;

    private static final String LEXICAL =
            """
            SELECT 1 ##
            select * from t where a = $1 and b in (1, 2, 3) ##
            SELECT '; SET a = 1' ##
            SELECT 'it''s; BEGIN' ##
            SELECT 'a\\' ##
            SELECT E'a\\'; SET a = 1; --' ##
            SELECT e'\\\\' ##
            SELECT U&'\\0441; BEGIN' ##
            SELECT B'01', X'1F', N'x;' ##
            SELECT "a;b", "c""; BEGIN;" FROM t ##
            SELECT U&"a;b" ##
            SELECT $$; BEGIN; 'x$$ ##
            SELECT $a$ $$ ; $b$ $a $a$ ##
            SELECT $_\u00e91$ ; $_\u00e91$ ##
            SELECT a$b$ FROM t; SELECT c$b$ FROM t ## MULTIPLE
            SELECT $1, $2 ##
            SELECT 1 --; BEGIN ##
            SELECT 1 --; BEGIN\\r, 2 ##
            SELECT 1 /* ; /* ; */ ; */ ##
            SELECT 1 /*/ ; */ ##
            SELECT 1 /**/ ##
            SELECT 1 /***/ ##
            SELECT 1 +/* ; */ 2 ##
            SELECT 1 *-- ;\\n 2 ##
            SELECT 1 */* ; */ 2 ##
            SELECT 1 - -1, 1/2, a->>'x;', a #>> '{;}', a @> b ##
            SELECT 0x1F, 0b11, 0o17, 1_000, 1.5e-10, .5, 5., 1e5 ##
            SELECT a::text, b::int[] ##
            SELECT x[1:2], ARRAY[1, 2] ##
            SELECT 'a' "b" ##
            SELECT 'a'\\n';' ##
            SELECT 'a' /* \\n */ ##
            SELECT E'a'\\n'\\'; BEGIN' ##
            SELECT \u00e9t\u00e9; SELECT 2 ## MULTIPLE
            SELECT 1; SELECT 2 ## MULTIPLE
            SELECT 1;\\tSELECT 2; ## MULTIPLE
            BEGIN; SELECT 1; COMMIT ## BEGIN TRANSACTION_END MULTIPLE
            SET a = 1; SET b = 2; SELECT 1 ## SETS_PARAMETERS MULTIPLE ## a b
            SELECT 1; SET LOCAL a.b = 1; RESET c ## SETS_LOCAL SETS_CUSTOM_LOCAL SETS_PARAMETERS RESETS_PARAMETERS MULTIPLE ## a.b c
            DEALLOCATE a; DEALLOCATE b ## DEALLOCATE_NAME MULTIPLE
            DEALLOCATE a; SELECT 1 ## DEALLOCATE_NAME MULTIPLE ## ## a
            CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SET a = 1 ## SETS_PARAMETERS MULTIPLE ## a
            CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; COMMIT ## TRANSACTION_END MULTIPLE
            BEGIN; CREATE TABLE a (i int); END ## BEGIN TRANSACTION_END MULTIPLE
            BEGIN; SELECT atomic; END ## BEGIN TRANSACTION_END MULTIPLE
            INSERT INTO t VALUES ('a', 1) ON CONFLICT DO UPDATE SET a = excluded.a RETURNING * ##
            MERGE INTO temp USING s ON true WHEN MATCHED THEN DO NOTHING ##
            """;
}
