package dev.weir.session;

import static dev.weir.session.ScriptedClient.bind;
import static dev.weir.session.ScriptedClient.execute;
import static dev.weir.session.ScriptedClient.parse;
import static dev.weir.session.ScriptedClient.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which Parse of a client's reaches the server, and which is answered by what is there already. */
@NullMarked
final class PreparationTest {
    private static final String TEXT = "SELECT * FROM t";

    /** A Parse that the server gets, with the Describe that tells whose columns they are. */
    private static final String REAL = "PDS";

    /** A Close of nothing in place of a Parse whose statement the server has. */
    private static final String SPARED = "CS";

    private final SessionRig rig =
            new SessionRig("default_pool_size = 2", "max_prepared_statements = 2");

    @AfterEach
    void close() {
        rig.close();
    }

    private ScriptedServer idleServer() {
        rig.login();
        return rig.open();
    }

    /** Answers a Parse that reached the server, with a row of one column. */
    private void parsed(ScriptedServer server, String column, char status) {
        server.sends('1', new byte[0]);
        described(server, column);
        rig.ready(server, status);
    }

    private void described(ScriptedServer server, String column) {
        server.sends('t', new byte[2]);
        byte[] columns = new byte[2 + column.length() + 1 + 18];
        columns[1] = 1;
        for (int i = 0; i < column.length(); i++) {
            columns[2 + i] = (byte) column.charAt(i);
        }
        server.sends('T', columns);
    }

    private void closed(ScriptedServer server) {
        server.sends('3', new byte[0]);
        rig.ready(server, 'I');
    }

    private ScriptedClient parses(ScriptedClient client, String name) {
        return client.sends(parse(name, TEXT), sync());
    }

    @Test
    void sparesAParseWhoseStatementIsThere() {
        ScriptedServer server = idleServer();
        parses(rig.client(), "a");
        assertThat(server.received()).isEqualTo(REAL);
        parsed(server, "x", 'I');
        ScriptedClient other = parses(rig.client(), "b");
        assertThat(server.received()).isEqualTo(SPARED);
        closed(server);
        assertThat(other.told()).isEqualTo("1 ZI");
    }

    @Test
    void swallowsTheAnswerToACloseThatMakesRoom() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client();
        for (String name : new String[] {"a", "b"}) {
            client.sends(parse(name, "SELECT '" + name + "'"), sync());
            assertThat(server.received()).isEqualTo(REAL);
            parsed(server, "x", 'I');
        }
        client.told();
        client.sends(parse("c", "SELECT 'c'"), sync());
        assertThat(server.received()).isEqualTo("C" + REAL);
        server.sends('3', new byte[0]);
        parsed(server, "x", 'I');
        assertThat(client.told()).isEqualTo("1 ZI");
    }

    /** A setting that no server reports decides what a name stands for. */
    @ParameterizedTest
    @ValueSource(strings = {"search_path", "role"})
    void aStatementOfOtherSettingsIsAnotherOne(String setting) {
        ScriptedServer server = idleServer();
        parsesAs(server, setting, "one", REAL);
        parsed(server, "x", 'I');
        parsesAs(server, setting, "two", REAL);
        parsed(server, "x", 'I');
        parsesAs(server, setting, "two", SPARED);
    }

    private void parsesAs(ScriptedServer server, String setting, String value, String expected) {
        parses(rig.client(Map.of(setting, value)), "a");
        assertThat(received(server)).isEqualTo(expected);
    }

    /** What the server gets behind the queries of Weir's own, which succeed. */
    private String received(ScriptedServer server) {
        String received = server.received();
        while (received.startsWith("Q")) {
            server.succeeds();
            rig.run();
            received = server.received();
        }
        return received;
    }

    @Test
    void aStatementBehindWhatMayHaveSetSomethingIsNobodyElses() {
        ScriptedServer server = idleServer();
        parses(rig.client(), "a");
        parsed(server, "x", 'I');
        ScriptedClient client = rig.client().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        client.asks("SET search_path = two");
        rig.answers(server, "SET", 'T');
        server.received();
        parses(client, "b");
        assertThat(server.received()).isEqualTo(REAL);
    }

    @Test
    void aStatementBehindADefinitionIsAnotherOne() {
        ScriptedServer server = idleServer();
        parses(rig.client(), "a");
        parsed(server, "x", 'I');
        defines(server);
        parses(rig.client(), "b");
        assertThat(received(server)).isEqualTo(REAL);
    }

    private void defines(ScriptedServer server) {
        rig.client().asks("ALTER TABLE t ADD COLUMN y int");
        server.received();
        rig.answers(server, "ALTER TABLE", 'I');
        received(server);
    }

    @Test
    void whileADefinitionIsOpenAStatementIsNobodyElses() {
        ScriptedServer server = idleServer();
        rig.writes(rig.client(), server).asks("ALTER TABLE t ADD COLUMN y int");
        rig.answers(server, "ALTER TABLE", 'T');
        parses(rig.client(), "a");
        ScriptedServer other = rig.open();
        assertThat(other.received()).isEqualTo(REAL);
        parsed(other, "x", 'I');
        parses(rig.client(), "b");
        assertThat(other.received()).isEqualTo(REAL);
    }

    @Test
    void whatIsParsedAnewBehindADefinitionMustHaveTheColumnsOfBefore() {
        ScriptedServer server = idleServer();
        ScriptedClient client = parses(rig.client(), "a");
        parsed(server, "x", 'I');
        client.told();
        defines(server);
        server.vanishes();
        client.sends(bind("a"), execute(), sync());
        ScriptedServer next = rig.open();
        assertThat(next.received()).as("nothing runs before it is known").startsWith("PD");
        assertThat(next.received()).doesNotContain("B");
    }
}
