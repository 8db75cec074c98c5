package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is read while the other side takes nothing. */
@NullMarked
final class RelayTest {
    /** What is less does not count against max_buffer_memory. */
    private static final int COUNTED_BYTES = 1_024;

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

    @Test
    void readsNoServerWhoseClientTakesNothing() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        client.takes(false);
        assertThat(server.isRead()).isFalse();
        client.takes(true);
        assertThat(server.isRead()).isTrue();
    }

    @Test
    void readsNoServerOnceItsAnswerIsNotTaken() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        client.port().writable(false);
        server.sends('C', "SELECT 1\0".getBytes(StandardCharsets.US_ASCII));
        assertThat(server.isRead()).isFalse();
        client.takes(true);
        assertThat(server.isRead()).isTrue();
    }

    /** The connection is lent to read the catalog, while its client takes nothing. */
    @Test
    void readsAServerWhoseAnswerIsNotTakenOnceItIsLent() {
        try (var lending = new SessionRig("state_check = analysed")) {
            ScriptedClient client = lending.client().asks("SELECT 1");
            ScriptedServer server = lending.open();
            assertThat(server.received()).isEqualTo("QSELECT 1");
            client.port().writable(false);
            lending.answers(server, "SELECT 1", 'I');
            assertThat(server.received()).contains("snapshot_xmax");
            assertThat(server.isRead()).isTrue();
        }
    }

    /**
     * The memory for buffers is full, and the client says more when it has read what it was told.
     */
    @Test
    void readsTheServerAgainOnceItsClientHasTakenTheAnswer() {
        try (var full = new SessionRig("max_buffer_memory = 1")) {
            ScriptedClient client = full.client().asks("SELECT 1");
            ScriptedServer server = full.open();
            client.port().takes(false);
            server.sends('D', new byte[COUNTED_BYTES]);
            server.sends('D', new byte[COUNTED_BYTES]);
            assertThat(server.isRead()).isFalse();
            client.port().takes(true);
            client.asks("SELECT 2");
            full.expire(client);
            assertThat(server.isRead()).isTrue();
        }
    }

    /** The same, when the server is not the client's any more. */
    @Test
    void aClientThatHasTakenItsAnswerIsNotBlamedForThat() {
        try (var full = new SessionRig("max_buffer_memory = 1")) {
            ScriptedClient client = full.client().asks("SELECT 1");
            ScriptedServer server = full.open();
            client.port().takes(false);
            server.sends('D', new byte[COUNTED_BYTES]);
            full.answers(server, "SELECT 1", 'I');
            assertThat(client.isServed()).isFalse();
            client.port().takes(true);
            full.expire(client);
            full.pass(Duration.ofSeconds(2));
            full.expire(client, new SessionLimits(Duration.ofSeconds(1), Duration.ZERO, false));
            assertThat(full.ends()).isEmpty();
        }
    }

    @Test
    void readsNoClientWhoseServerTakesNothing() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        assertThat(client.port().isRead()).isTrue();
        server.takes(false);
        assertThat(client.port().isRead()).isFalse();
        server.takes(true);
        assertThat(client.port().isRead()).isTrue();
    }
}
