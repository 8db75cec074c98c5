package dev.weir.session;

import static dev.weir.session.ScriptedClient.message;
import static dev.weir.session.ScriptedClient.query;
import static dev.weir.session.ScriptedClient.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.error.ProxyError;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a session ends, and what it says of itself. */
@NullMarked
final class SessionTest {
    private final List<SessionRig> rigs = new ArrayList<>();
    private final SessionRig rig = rig();

    private SessionRig rig(String... settings) {
        var made = new SessionRig(settings);
        rigs.add(made);
        return made;
    }

    @AfterEach
    void close() {
        rigs.forEach(SessionRig::close);
    }

    @Test
    void endsWhenTheClientSaysSo() {
        ScriptedClient client = rig.client().sends(terminate());
        assertThat(client.told()).isEmpty();
        assertThat(client.port().end()).isEqualTo("closed");
        assertThat(rig.ends()).containsExactly("client close request");
    }

    @Test
    void needsNoServerToEnd() {
        rig.client().sends(terminate());
        assertThat(rig.opening()).isZero();
    }

    @Test
    void endsWhenItIsKilled() {
        ScriptedClient client = rig.client();
        client.isKilled(ProxyError.ADMIN_FORCED_DISCONNECT);
        assertThat(client.told()).isEqualTo("E:57P01");
        assertThat(client.port().end()).isEqualTo("closed");
    }

    @Test
    void endsOnce() {
        ScriptedClient client = rig.client();
        client.isKilled(ProxyError.ADMIN_SHUTDOWN);
        client.isKilled(ProxyError.ADMIN_SHUTDOWN);
        client.goes();
        assertThat(client.told()).isEqualTo("E:57P01");
        assertThat(rig.ends()).hasSize(1);
    }

    @Test
    void closesTheServerOfAClientThatIsKilledInItsQuery() {
        ScriptedClient client = rig.client().asks("SELECT pg_sleep(10)");
        ScriptedServer server = rig.open();
        client.isKilled(ProxyError.ADMIN_FORCED_DISCONNECT);
        assertThat(server.isLeft()).isTrue();
        assertThat(rig.cancels()).isOne();
    }

    @Test
    void releasesWhatComesAfterItsEnd() {
        ScriptedClient client = rig.client().sends(terminate());
        ByteBuf late = query("SELECT 1");
        client.sends(late);
        assertThat(late.refCnt()).isZero();
    }

    @Test
    void abortsItsPortIfSomethingBreaksAfterItsEnd() {
        ScriptedClient client = rig.client();
        client.session().broken();
        assertThat(client.told()).isEqualTo("E:XX000");
        assertThat(client.port().end()).isEqualTo("closed");
        client.session().broken();
        assertThat(client.port().end()).isEqualTo("aborted");
    }

    @Test
    void endsForAMessageThatNoClientMaySend() {
        ScriptedClient client = rig.client().sends(message('p'));
        assertThat(client.told()).isEqualTo("E:08P01");
        assertThat(rig.opening()).isZero();
    }

    @Test
    void endsForAnImpossibleLength() {
        ByteBuf wrong = message('Q').setInt(1, 3);
        assertThat(rig.client().sends(wrong).told()).isEqualTo("E:08P01");
    }

    @Test
    void endsAfterALongIdleTime() {
        SessionRig strict = rig("client_idle_timeout = 10");
        ScriptedClient client = strict.client();
        strict.pass(Duration.ofSeconds(9));
        strict.expire(client);
        assertThat(client.session().isClosed()).isFalse();
        strict.pass(Duration.ofSeconds(2));
        strict.expire(client);
        assertThat(strict.ends()).containsExactly("client_idle_timeout");
    }

    @Test
    void isNotIdleWhileItWaits() {
        SessionRig strict = rig("client_idle_timeout = 10");
        ScriptedClient client = strict.client().asks("SELECT 1");
        strict.pass(Duration.ofSeconds(11));
        strict.expire(client);
        assertThat(client.session().isClosed()).isFalse();
    }

    @Test
    void isNotReadWhileItIsSuspended() {
        ScriptedClient client = rig.client();
        client.session().suspend(true);
        assertThat(client.port().isRead()).isFalse();
        client.session().suspend(false);
        assertThat(client.port().isRead()).isTrue();
    }

    @Test
    void saysWhatItDoes() {
        ScriptedClient client = rig.client();
        assertThat(client.snapshot().state()).isEqualTo("idle");
        client.asks("SELECT 1");
        assertThat(client.snapshot().state()).isEqualTo("waiting");
        ScriptedServer server = rig.open();
        assertThat(client.snapshot().state()).isEqualTo("active");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.snapshot().state()).isEqualTo("idle");
        client.goes();
        assertThat(client.snapshot().state()).isEqualTo("closed");
    }

    @Test
    void refusesSimpleQueriesWhereTheyAreDisabled() {
        SessionRig strict = rig("disable_pqexec = 1");
        ScriptedClient client = strict.client().asks("SELECT 1");
        strict.open();
        assertThat(client.told()).isEqualTo("E:08P01");
    }
}
