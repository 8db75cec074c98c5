package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlpgsqlCheckTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN END",
                "BEGIN RETURN 1; END;",
                "DECLARE a int := 1; set text; b t.c%TYPE; c CURSOR FOR SELECT 1; BEGIN a := 2;"
                        + " END",
                "<<outer>> DECLARE a int; BEGIN outer.a = 1; <<loop>> LOOP EXIT loop; END LOOP;"
                        + " END",
                "#variable_conflict use_column\nBEGIN NULL; END",
                "BEGIN NEW.a := CASE WHEN NEW.b THEN foo ELSE bar END; RETURN NEW; END",
                "BEGIN IF CASE WHEN a THEN b ELSE c END THEN PERFORM 1; ELSE a[1] := 2; END IF;"
                        + " END",
                "BEGIN CASE a WHEN 1 THEN x := CASE WHEN b THEN c ELSE d END; ELSE NULL; END CASE;"
                        + " END",
                "BEGIN IF TG_OP = 'INSERT' THEN INSERT INTO a VALUES (NEW.*); ELSIF b THEN"
                        + " RAISE NOTICE '%', 1; END IF; RETURN NULL; END",
                "BEGIN UPDATE t SET a = 1; GET DIAGNOSTICS n = ROW_COUNT; END",
                "BEGIN FOR r IN SELECT * FROM t LOOP r.a := 1; END LOOP; RETURN QUERY SELECT 1;"
                        + " END",
                "BEGIN SELECT a INTO b FROM c; SELECT 1 INTO STRICT d; END",
                "BEGIN PERFORM 1; EXCEPTION WHEN OTHERS THEN RAISE; END",
                "BEGIN MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET a = 1"
                        + " WHEN NOT MATCHED THEN DO NOTHING; END",
                "BEGIN SET LOCAL work_mem = '1MB'; OPEN c; FETCH c INTO d; CLOSE c; END",
                "BEGIN WHILE a LOOP ASSERT b; CONTINUE; END LOOP; COMMIT; CALL p(); END",
                "BEGIN a:=1; b /* c */ := 2; d [1] := 3; \"set\" := 4; set := 5; END",
                "DECLARE BEGIN DECLARE x int; BEGIN x := 1; END; END",
                "BEGIN INSERT INTO t (a) VALUES (CASE WHEN b THEN c ELSE d END) ON CONFLICT DO"
                        + " NOTHING; END",
            })
    void findsNothingHarmful(String body) {
        assertThat(RoutineState.ofPlpgsql(body).effects()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BEGIN EXECUTE 'a'; END",
                "BEGIN RETURN QUERY EXECUTE a USING b; END",
                "BEGIN FOR r IN EXECUTE a LOOP END LOOP; END",
                "BEGIN OPEN c FOR EXECUTE a; END",
                "BEGIN SET a.b = 1; END",
                "BEGIN SET LOCAL a.b = 1; END",
                "BEGIN SET LOCAL seed = 0.1; END",
                "BEGIN IF a THEN SET x = 1; END IF; END",
                "BEGIN IF a THEN NULL; ELSE RESET x; END IF; END",
                "BEGIN LOOP LISTEN a; END LOOP; END",
                "BEGIN <<a>> BEGIN CREATE TEMP TABLE t (a int); END; END",
                "BEGIN CASE a WHEN 1 THEN DISCARD TEMP; END CASE; END",
                "BEGIN PERFORM 1; EXCEPTION WHEN OTHERS THEN LOAD 'x'; END",
                "<<a>> BEGIN TRUNCATE t; END",
                "#option dump\nBEGIN DO $$ $$; END",
                "BEGIN x := CASE WHEN a THEN b ELSE c END; SET d = 1; END",
                "DECLARE a int; BEGIN PREPARE b AS SELECT 1; END",
                "DECLARE BEGIN DECLARE x int; BEGIN SET a = 1; END; END",
                "BEGIN U&\"\\0041\"(); END",
                "BEGIN 'abc",
                "BEGIN IF r.case = 1 THEN SET x = 1; END IF; END",
                "BEGIN IF (SELECT 1 AS case) = 1 THEN NULL; END IF; IF r.case THEN x := 1;"
                        + " ELSE RESET x; END IF; END",
                "BEGIN IF r.case THEN LISTEN a; END IF; END",
            })
    void findsWhatMayDoAnything(String body) {
        assertThat(RoutineState.ofPlpgsql(body).effects()).isNotZero();
    }

    @Test
    void collectsAllNamesAndOperators() {
        RoutineState state =
                RoutineState.ofPlpgsql(
                        "DECLARE a b.c := d(); BEGIN <<e>> f(g.h) := \"I\" || -1;"
                                + " PERFORM set_config('j', 'k', false); SET LOCAL l = 1; END");
        for (String name : List.of("b", "c", "d", "g", "h", "i", "||", "-", "set_config")) {
            assertThat(Arrays.binarySearch(state.names(), StateNames.numbers(name)[0]))
                    .as(name)
                    .isNotNegative();
        }
        assertThat(Arrays.binarySearch(state.names(), StateNames.numbers("j")[0])).isNegative();
    }

    @Test
    void seesWhatItDoesToTables() {
        assertThat(RoutineState.ofPlpgsql("BEGIN PERFORM 1 FROM t FOR UPDATE; END").occasions())
                .isZero();
        assertThat(RoutineState.ofPlpgsql("BEGIN INSERT INTO t VALUES (1); END").occasions())
                .isEqualTo(StateEffects.INSERTS);
        assertThat(RoutineState.ofSql("UPDATE t SET a = 1; DELETE FROM t").occasions())
                .isEqualTo(StateEffects.UPDATES | StateEffects.DELETES);
    }

    /** The settings of the caller decide how it is read. */
    @Test
    void readsABodyUnderBothRules() {
        assertThat(RoutineState.ofSql("SELECT 'a\\'; SET a.b = 1; SELECT 'b'").effects())
                .isNotZero();
        assertThat(RoutineState.ofSql("SELECT 'a\\'' ; SET a.b = 1; --'").effects()).isNotZero();
        assertThat(RoutineState.ofSql("SELECT 'a'; SELECT 'SET a.b = 1'").effects()).isZero();
    }
}
