package dev.weir.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.admin.Command.Act;
import dev.weir.admin.Command.Assign;
import dev.weir.admin.Command.BadArguments;
import dev.weir.admin.Command.Empty;
import dev.weir.admin.Command.Explain;
import dev.weir.admin.Command.Invalid;
import dev.weir.admin.Command.Show;
import dev.weir.admin.Command.Switchover;
import dev.weir.admin.Command.Verb;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PgBouncer's grammar. */
final class CommandTest {
    @Test
    void takesAnyCaseAndBlanksAndOneSemicolon() {
        assertThat(Command.parse(" \t Show\nPools ;\r ")).isEqualTo(new Show("POOLS"));
        assertThat(Command.parse("select version")).isEqualTo(new Show("VERSION"));
        assertThat(Command.parse("pause app;")).isEqualTo(new Act(Verb.PAUSE, "app"));
        assertThat(Command.parse("RELOAD")).isEqualTo(new Act(Verb.RELOAD, ""));
    }

    @Test
    void keepsTheCaseOfNames() {
        assertThat(Command.parse("pause App")).isEqualTo(new Act(Verb.PAUSE, "App"));
        assertThat(Command.parse("pause \"my \"\"odd\"\" db\""))
                .isEqualTo(new Act(Verb.PAUSE, "my \"odd\" db"));
    }

    @Test
    void setsWordsAndTexts() {
        assertThat(Command.parse("set verbose = 2")).isEqualTo(new Assign("verbose", "2"));
        assertThat(Command.parse("SET \"verbose\"=2;")).isEqualTo(new Assign("verbose", "2"));
        assertThat(Command.parse("set query_timeout to '1.5'"))
                .isEqualTo(new Assign("query_timeout", "1.5"));
        assertThat(Command.parse("set server_check_query='select ''x'''"))
                .isEqualTo(new Assign("server_check_query", "select 'x'"));
        assertThat(Command.parse("set logfile=''")).isEqualTo(new Assign("logfile", ""));
    }

    @Test
    void explainsAnyText() {
        assertThat(Command.parse("explain route select 1; select 2"))
                .isEqualTo(new Explain("select 1; select 2"));
        assertThat(Command.parse(" EXPLAIN\nROUTE\n SELECT * FROM pg_catalog.pg_class"))
                .isEqualTo(new Explain("SELECT * FROM pg_catalog.pg_class"));
        assertThat(Command.parse("explain route")).isInstanceOf(Invalid.class);
    }

    @Test
    void switchesOver() {
        assertThat(Command.parse("switchover app;")).isEqualTo(new Switchover("app", "", -1));
        assertThat(Command.parse("SWITCHOVER app TO 10.0.0.5:5432"))
                .isEqualTo(new Switchover("app", "10.0.0.5:5432", -1));
        assertThat(Command.parse("Switchover \"my app\" To '[::1]:5432' Grace 20 ; "))
                .isEqualTo(new Switchover("my app", "[::1]:5432", 20));
        assertThat(Command.parse("switchover app grace 0")).isEqualTo(new Switchover("app", "", 0));
        assertThat(Command.parse("switchover app grace 1000000")).isInstanceOf(Invalid.class);
        assertThat(Command.parse("switchover")).isInstanceOf(Invalid.class);
    }

    @Test
    void forgetsAClusterOnlyByBothWords() {
        assertThat(Command.parse("forget  Cluster \"my app\" ;"))
                .isEqualTo(new Act(Verb.FORGET, "my app"));
        assertThat(Command.parse("forget cluster " + "x".repeat(64))).isEqualTo(new BadArguments());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "select 1|?column?",
                "SELECT 1;|?column?",
                "select 1 as ok|ok",
                "select 1 one, 'it''s, 2' \"A b\"|one,A b",
                "select current_user|current_user",
                "select pg_catalog.version ( ) , current_database() AS Db ;|version,db",
                "select session_user, current_role, current_catalog,"
                    + " current_schema()|session_user,current_role,current_catalog,current_schema",
                "select now(), current_timestamp|now,current_timestamp",
            })
    void answersWhoAsksWhoIsThere(String text, String columns) {
        assertThat(Command.parse(text)).isInstanceOf(Command.Ask.class);
        assertThat(((Command.Ask) Command.parse(text)).probe().items())
                .extracting(Probe.Item::column)
                .containsExactly(columns.split(","));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1,",
                "select 1 2",
                "select 1 from pools",
                "select nextval('x')",
                "select current_user()",
                "select 'a",
                "select 1; select 2",
                "drop table x",
                "forget app",
                "forget cluster",
                "show pools; show pools",
                "show pools;;",
                "pause a.b",
                "pause 'app'",
                "set verbose = a b",
                "explain select 1",
                "--",
            })
    void doesNotUnderstandAnythingElse(String text) {
        assertThat(Command.parse(text)).isEqualTo(new Invalid(text));
    }

    @Test
    void takesNothingForNothing() {
        assertThat(Command.parse(" ")).isEqualTo(new Empty());
        assertThat(Command.parse(" ; ")).isEqualTo(new Empty());
    }

    @Test
    void boundsNamesAndValues() {
        assertThat(Command.parse("pause " + "x".repeat(63))).isInstanceOf(Act.class);
        assertThat(Command.parse("pause " + "x".repeat(64))).isEqualTo(new BadArguments());
        assertThat(Command.parse("a".repeat(16))).isEqualTo(new BadArguments());
        assertThat(Command.parse("set a = '" + "x".repeat(256) + "'"))
                .isEqualTo(new BadArguments());
    }

    @Test
    void answersOnAnyText() {
        var random = new Random(7);
        String[] parts = {"set", " ", "\"", "'", "=", "to", ";", "show", "x", "\"\"", "''", "\n"};
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(40); j > 0; j--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            assertThat(Command.parse(text.toString())).isNotNull();
        }
        assertThat(Command.parse("\"".repeat(60_000))).isInstanceOf(Invalid.class);
        assertThat(Command.parse("\"".repeat(2_000))).isNotNull();
    }
}
