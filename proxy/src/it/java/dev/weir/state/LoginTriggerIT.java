package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A session of PostgreSQL 17 and later begins with what an event trigger has set at login. */
final class LoginTriggerIT {
    private static final String DATABASE = "weir_login";

    @RegisterExtension static final Rig rig = Rig.shared(PoolMode.TRANSACTION, 1);

    @BeforeAll
    static void makeDatabase() {
        rig.execute("create database " + DATABASE);
        try (WireClient direct = rig.direct(Map.of("database", DATABASE))) {
            for (String sql :
                    List.of(
                            "create function greet() returns event_trigger language plpgsql as"
                                    + " $$ begin perform set_config('app.at', 'login', false);"
                                    + " end $$",
                            "create event trigger greet on login execute function greet()",
                            "alter event trigger greet enable always",
                            "create function run(text) returns void language plpgsql as"
                                    + " 'begin execute $1; end'")) {
                assertThat(direct.query(sql)).noneMatch(message -> message.tag() == 'E');
            }
        }
    }

    @AfterAll
    static void dropDatabase() {
        rig.execute("drop database " + DATABASE + " with (force)");
    }

    private static String at(WireClient client) {
        return client.query("select current_setting('app.at', true)").stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::summary)
                .findFirst()
                .orElse("no row");
    }

    @Test
    void whatItHasSetIsThereWhoeverHasHadTheConnection() {
        try (WireClient a = rig.client(Rig.USER, DATABASE);
                WireClient b = rig.client(Rig.USER, DATABASE)) {
            rig.awaitCatalog(a, DATABASE);
            a.query("select run($$set app.at = 'a'$$)");
            assertThat(at(b)).isEqualTo("D login");
            b.query("select run('reset all')");
            assertThat(at(a)).isEqualTo("D login");
        }
    }
}
