package dev.weir.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.RoutineState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which functions make Weir discard plans when a connection goes to another client. */
class FoldedFunctionsTest {
    private final FoldedFunctions functions = new FoldedFunctions();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select current_setting('app.tenant')",
                "SELECT pg_catalog.Current_Setting('app.tenant')::int",
                "select setting from pg_settings where name = 'app.tenant'",
                "select current_user::text",
                "select session_user",
                "select user",
                "select current_schema()",
                "select has_table_privilege('t', 'select')",
                "select name from tenants",
                "select stable()",
                "select public.\"stable\"()",
                "select twice()",
                ""
            })
    void askTheSession(String body) {
        functions.asks("tenants");
        add("stable", false, "select current_setting('app.tenant')");
        add("twice", false, "select stable() || stable()");
        add("f", true, body);
        assertThat(functions.first()).isEqualTo("f");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select $1 + 1",
                "select lower(unaccent($1))",
                "select 'current_setting'",
                "select 1 -- current_setting",
                "select other($1)",
                "select f($1 - 1)"
            })
    void doNotAsk(String body) {
        functions.asks("tenants");
        add("stable", false, "select current_setting('app.tenant')");
        add("other", true, "select f($1)");
        add("f", true, body);
        assertThat(functions.first()).isEmpty();
    }

    @Test
    void thoseThatAreStableAreNotKept() {
        add("f", false, "select current_setting('app.tenant')");
        assertThat(functions.first()).isEmpty();
    }

    @Test
    void aComputedTextMayAskAnything() {
        String body = "declare r text; begin execute $1 into r; return r; end";
        functions.add("f", true, body, RoutineState.ofPlpgsql(body));
        assertThat(functions.first()).isEqualTo("f");
    }

    @Test
    void soMayAnotherLanguage() {
        functions.addOpaque("g", false);
        assertThat(functions.first()).isEmpty();
        add("f", true, "select g()");
        assertThat(functions.first()).isEqualTo("f");
    }

    private void add(String name, boolean isImmutable, String body) {
        functions.add(name, isImmutable, body, RoutineState.ofSql(body));
    }
}
