package dev.weir.session;

import static dev.weir.session.ScriptedClient.beginning;
import static dev.weir.session.ScriptedClient.bind;
import static dev.weir.session.ScriptedClient.execute;
import static dev.weir.session.ScriptedClient.parse;
import static dev.weir.session.ScriptedClient.sync;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a server connection once its client is done with it. */
@NullMarked
final class SettlementTest {
    private static final String WIPE = "QSET SESSION AUTHORIZATION DEFAULT;RESET ALL;";

    private final SessionRig rig = new SessionRig("default_pool_size = 1");

    @AfterEach
    void close() {
        rig.close();
    }

    /** The server of the one connection, which is free. */
    private ScriptedServer idleServer() {
        rig.login();
        return rig.open();
    }

    /** A Sync would be taken for a part of it. */
    @Test
    void closesAServerThatHasAPartOfABind() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client();
        ByteBuf large = Unpooled.buffer().writeByte('B').writeInt(10_004).writeZero(10_000);
        client.sends(parse("", "SELECT 1"), beginning(large, 9_000));
        assertThat(server.received()).isEqualTo("PB");
        client.goes();
        assertThat(server.isLeft()).isTrue();
    }

    /** What the next client sent would be taken for the rest of it. */
    @Test
    void closesAServerThatHasAPartOfDataThatCameTooLate() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client();
        copiesTooLate(client, server);
        client.goes();
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void givesBackWhatWasHeldOnlyByTheEndOfDataThatCameTooLate() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client();
        ByteBuf rest = copiesTooLate(client, server);
        assertThat(client.isServed()).isTrue();
        client.sends(rest);
        assertThat(client.isServed()).isFalse();
    }

    /** The COPY fails while half a CopyData has been sent; returns the other half. */
    private ByteBuf copiesTooLate(ScriptedClient client, ScriptedServer server) {
        client.asks("COPY t FROM STDIN");
        server.sends('G', new byte[3]);
        rig.run();
        ByteBuf data = Unpooled.buffer().writeByte('d').writeInt(10_004).writeZero(10_000);
        client.sends(data.readRetainedSlice(5_000));
        rig.raises(server, "ERROR", "22P02");
        rig.ready(server, 'I');
        return data;
    }

    @Test
    void parsesAgainWhereTheUnnamedStatementIsSomebodyElses() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().sends(parse("", "SELECT 1"), sync());
        server.sends('1', new byte[0]);
        rig.ready(server, 'I');
        ScriptedClient other = rig.client().sends(parse("", "SELECT 2"), sync());
        server.sends('1', new byte[0]);
        rig.ready(server, 'I');
        assertThat(other.told()).isEqualTo("1 ZI");
        assertThat(server.received()).isEqualTo("PSPS");

        client.sends(bind(""), execute(), sync());
        assertThat(server.received()).isEqualTo("PBES");
        client.told();
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("2 C:SELECT_1 ZI");
        client.sends(bind(""), execute(), sync());
        assertThat(server.received()).as("it is there now").isEqualTo("BES");
    }

    /** A timeout of a millisecond may end the question before it has suspended the timeouts. */
    @Test
    void asksAgainAsOftenAsATimeoutEndsTheQuestion() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SET statement_timeout = 1");
        assertThat(server.received()).startsWith("QSET");
        rig.answers(server, "SET", 'I');
        for (int i = 0; i <= 8; i++) {
            assertThat(server.received()).as("question %d", i).contains("pg_settings");
            rig.raises(server, "ERROR", "57014");
            rig.ready(server, 'I');
        }
        assertThat(server.received()).as("it keeps its connection").isEmpty();
        assertThat(client.told()).isEqualTo("C:SET ZI");
    }

    @Test
    void closesAServerThatHasWhatNoWipeTakesAway() {
        try (var pinning = new SessionRig("max_pinned = 1")) {
            ScriptedClient client = pinning.client().asks("PREPARE p AS SELECT 1");
            ScriptedServer server = pinning.open();
            assertThat(server.received()).startsWith("QPREPARE");
            client.goes();
            assertThat(server.isLeft()).isTrue();
        }
    }

    @Test
    void wipesAServerOfWhatItsClientMayHaveLeft() {
        try (var pinning = new SessionRig("max_pinned = 1")) {
            ScriptedClient client = pinning.client().asks("LISTEN news");
            ScriptedServer server = pinning.open();
            assertThat(server.received()).startsWith("QLISTEN");
            client.goes();
            pinning.answers(server, "LISTEN", 'I');
            assertThat(server.isLeft()).isFalse();
            assertThat(server.received()).startsWith(WIPE);
        }
    }

    @Test
    void wipesAnIdleServerOnceTheClientIsGoneThatUsedIt() {
        try (var always = new SessionRig("default_pool_size = 1", "state_check = always")) {
            ScriptedClient client = always.client().asks("SELECT 1");
            ScriptedServer server = always.open();
            always.answers(server, "SELECT 1", 'I');
            assertThat(client.isServed()).isFalse();
            assertThat(server.received()).isEqualTo("QSELECT 1");
            client.goes();
            assertThat(server.received()).startsWith(WIPE);
        }
    }

    @Test
    void wipesAnIdleServerForAnotherClient() {
        try (var always = new SessionRig("default_pool_size = 1", "state_check = always")) {
            ScriptedClient first = always.client().asks("SELECT 1");
            ScriptedServer server = always.open();
            always.answers(server, "SELECT 1", 'I');
            first.asks("SELECT 2");
            assertThat(server.received()).as("its own").isEqualTo("QSELECT 1QSELECT 2");
            always.answers(server, "SELECT 1", 'I');

            always.client().asks("SELECT 3");
            assertThat(server.received()).startsWith(WIPE).doesNotContain("SELECT 3");
            always.answers(server, "SELECT 1", 'I');
            assertThat(server.received()).isEqualTo("QSELECT 3");
        }
    }

    @Test
    void closesAServerThatCannotBeWiped() {
        ScriptedServer server = wiped();
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'I');
        assertThat(server.isLeft()).isTrue();
    }

    @Test
    void takesAwayTheStatementsThatTheWipeTellsOf() {
        ScriptedServer server = wiped();
        String command = "DEALLOCATE p;";
        byte[] row = ("\0\2\0\0\0\15" + command + "\0\0\0\0010").getBytes(US_ASCII);
        server.sends('D', row);
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("Q" + command);
    }

    /** It is being wiped, since its client is gone. */
    private ScriptedServer wiped() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT set_config(a, b, false) FROM t");
        server.received();
        client.goes();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).startsWith(WIPE);
        return server;
    }

    @Test
    void wipesAServerForAnotherClientThatWaits() {
        try (var always = new SessionRig("default_pool_size = 1", "state_check = always")) {
            always.client().asks("SELECT 1");
            ScriptedServer server = always.open();
            always.client().asks("SELECT 2");
            assertThat(server.received()).isEqualTo("QSELECT 1");
            always.answers(server, "SELECT 1", 'I');
            assertThat(server.received()).startsWith(WIPE).doesNotContain("SELECT 2");
            always.answers(server, "SELECT 1", 'I');
            assertThat(server.received()).isEqualTo("QSELECT 2");
        }
    }
}
