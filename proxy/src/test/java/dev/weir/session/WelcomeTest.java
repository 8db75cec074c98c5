package dev.weir.session;

import static dev.weir.session.ScriptedClient.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The first words to a client, and what may come between. */
@NullMarked
final class WelcomeTest {
    private static final Map<String, String> STARTUP = Map.of("search_path", "a");

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
    void waitsForAServerThatAcceptsTheClient() {
        ScriptedClient client = rig.login();
        assertThat(client.told()).isEmpty();
        assertThat(client.snapshot().state()).isEqualTo("waiting");
        assertThat(client.port().isRead()).isFalse();

        rig.open();
        assertThat(client.told()).isEqualTo("K ZI");
        assertThat(client.snapshot().state()).isEqualTo("idle");
        assertThat(client.isServed()).isFalse();
        assertThat(client.port().isRead()).isTrue();
    }

    @Test
    void preparesItsParametersAndTellsWhatTheServerReports() {
        ScriptedClient client = rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        assertThat(server.received()).contains("search_path");
        assertThat(client.told()).isEmpty();
        assertThat(client.snapshot().state()).isEqualTo("active");

        server.sends('S', "TimeZone\0UTC\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SET", 'I');
        assertThat(client.told()).isEqualTo("S:TimeZone=UTC K ZI");
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void learnsOnceWhatToSay() {
        rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        rig.answers(server, "SET", 'I');
        server.received();

        ScriptedClient second = rig.login(STARTUP, null);
        assertThat(second.told()).isEqualTo("K ZI");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void learnsForEachSetOfStartupParametersAnew() {
        rig.client();
        ScriptedClient other = rig.login(STARTUP, null);
        assertThat(other.told()).isEmpty();
        assertThat(rig.opening()).isOne();
    }

    @Test
    void tellsEachClientItsOwnApplicationName() {
        rig.login(Map.of("application_name", "one"), null);
        ScriptedServer server = rig.open();
        server.sends('S', "application_name\0one\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SET", 'I');

        ScriptedClient second = rig.login(Map.of("application_name", "two"), null);
        assertThat(second.told()).startsWith("S:application_name=two");
    }

    @Test
    void tellsNobodyTheApplicationNameOfAnother() {
        rig.login(Map.of("application_name", "one"), null);
        ScriptedServer server = rig.open();
        server.sends('S', "application_name\0one\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SET", 'I');
        assertThat(rig.login().told()).isEqualTo("K ZI");
    }

    @Test
    void leavesAnOddApplicationNameToTheServer() {
        rig.client();
        assertThat(rig.login(Map.of("application_name", "na\u00efve"), null).told()).isEmpty();
        assertThat(rig.login(Map.of("application_name", "x".repeat(64)), null).told()).isEmpty();
    }

    @Test
    void forgetsWhatItKnewWhenAServerSaysOtherwise() {
        rig.login();
        ScriptedServer server = rig.open();
        ScriptedClient other = rig.login();
        assertThat(other.told()).isEqualTo("K ZI");
        other.asks("SELECT 1");
        server.sends('S', "in_hot_standby\0off\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SELECT 1", 'I');
        assertThat(rig.login().told()).isEqualTo("S:in_hot_standby=off K ZI");
    }

    @Test
    void asksAnewOnceNoConnectionIsLeft() {
        rig.login();
        rig.open().vanishes();
        rig.run();
        ScriptedClient late = rig.login();
        assertThat(late.told()).isEmpty();
        rig.open();
        assertThat(late.told()).isEqualTo("K ZI");
    }

    @Test
    void saysTheNoticeOfTheOperator() {
        SessionRig noticing = rig("login_notify_message = maintenance at noon");
        ScriptedClient client = noticing.login();
        noticing.open();
        assertThat(client.told()).isEqualTo("K N:maintenance at noon ZI");
    }

    @Test
    void forwardsOnlyThenWhatTheClientHasSentAhead() {
        ScriptedClient client = rig.login(Map.of(), query("SELECT 1"));
        ScriptedServer server = rig.open();
        assertThat(client.told()).isEqualTo("K ZI");
        assertThat(server.received()).isEqualTo("QSELECT 1");
    }

    @Test
    void waitsForAServerThatIsAway() {
        ScriptedClient client = rig.login();
        rig.isUnreachable();
        rig.pass(Duration.ofSeconds(2));
        assertThat(client.told()).isEmpty();
        rig.open();
        assertThat(client.told()).isEqualTo("K ZI");
    }

    @Test
    void endsIfTheServerRefusesTheLogin() {
        ScriptedClient client = rig.login();
        rig.isRefused();
        assertThat(client.told()).isEqualTo("E:28P01");
        assertThat(client.port().end()).isEqualTo("closed");
        assertThat(client.session().isClosed()).isTrue();
    }

    @Test
    void endsWithTheServersErrorIfASettingIsRefused() {
        ScriptedClient client = rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        rig.raises(server, "ERROR", "22023");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:22023");
        assertThat(rig.ends()).containsExactly("no");
        // It has rolled the setting back, and serves the next one.
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void isSaidByAnotherServerIfOneIsLostMeanwhile() {
        ScriptedClient client = rig.login(STARTUP, null);
        rig.open().vanishes();
        ScriptedServer ended = rig.open();
        rig.raises(ended, "FATAL", "57P01");
        ended.vanishes();
        ScriptedServer server = rig.open();
        rig.answers(server, "SET", 'I');
        assertThat(client.told()).isEqualTo("K ZI");
    }

    /** The client's own parameters may be what no server survives. */
    @Test
    void endsIfServersAreLostAgainAndAgain() {
        ScriptedClient client = rig.login(STARTUP, null);
        rig.open().vanishes();
        rig.open().vanishes();
        assertThat(client.told()).isEmpty();
        rig.open().vanishes();
        rig.run();
        assertThat(client.told()).isEqualTo("E:08006");
        assertThat(rig.opening()).isZero();
    }

    @Test
    void asksAStandbyFromTimeToTimeWhetherItIsOne() {
        rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        server.sends('S', "in_hot_standby\0on\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SET", 'I');
        server.received();
        assertThat(rig.login(STARTUP, null).told()).isEqualTo("S:in_hot_standby=on K ZI");
        assertThat(server.received()).isEmpty();

        rig.pass(Duration.ofSeconds(2));
        ScriptedClient late = rig.login(STARTUP, null);
        assertThat(server.received()).isEqualTo("Q");
        assertThat(late.told()).isEmpty();
        server.sends('S', "in_hot_standby\0off\0".getBytes(StandardCharsets.US_ASCII));
        rig.answers(server, "SELECT 0", 'I');
        assertThat(late.told()).isEqualTo("S:in_hot_standby=off K ZI");

        rig.pass(Duration.ofSeconds(2));
        assertThat(rig.login(STARTUP, null).told()).isEqualTo("S:in_hot_standby=off K ZI");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void handsOnTheErrorWithWhichTheServerEnds() {
        ScriptedClient client = rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        rig.raises(server, "FATAL", "42501");
        server.vanishes();
        rig.run();
        assertThat(client.told()).isEqualTo("E:42501");
        assertThat(rig.ends()).containsExactly("server said 42501");
    }

    @Test
    void leavesTheQueueIfItsClientGoes() {
        ScriptedClient gone = rig.login();
        gone.goes();
        ScriptedServer server = rig.open();
        assertThat(rig.ends()).containsExactly("client unexpected eof");
        assertThat(server.isLeft()).isFalse();
        assertThat(gone.told()).isEmpty();
    }

    @Test
    void leavesAServerToBeCleanedIfItsClientGoesMeanwhile() {
        ScriptedClient gone = rig.login(STARTUP, null);
        ScriptedServer server = rig.open();
        gone.goes();
        assertThat(gone.isServed()).isFalse();
        rig.answers(server, "SET", 'I');
        assertThat(server.isLeft()).isFalse();
        assertThat(rig.client(STARTUP).asks("SELECT 1").isServed()).isTrue();
    }

    @Test
    void endsIfItTakesLongerThanALogin() {
        ScriptedClient client = rig.login();
        rig.expire(client);
        assertThat(client.session().isClosed()).isFalse();
        rig.pass(Duration.ofSeconds(2));
        rig.expire(client, new SessionLimits(Duration.ZERO, Duration.ofSeconds(1), false));
        assertThat(client.told()).isEqualTo("E:08P01");
        assertThat(rig.ends()).containsExactly("client_login_timeout (server down)");
    }

    @Test
    void endsIfItTakesLongerThanAQuery() {
        SessionRig impatient = rig("query_timeout = 1", "client_idle_timeout = 0.5");
        ScriptedClient client = impatient.login();
        impatient.pass(Duration.ofMillis(800));
        impatient.expire(client);
        assertThat(client.session().isClosed()).isFalse();
        impatient.pass(Duration.ofMillis(800));
        impatient.expire(client);
        assertThat(client.told()).isEqualTo("E:08P01");
        assertThat(impatient.ends()).containsExactly("query_timeout");
    }

    @Test
    void isNotHurriedOnceItIsSaid() {
        ScriptedClient client = rig.client();
        rig.pass(Duration.ofSeconds(2));
        rig.expire(client, new SessionLimits(Duration.ZERO, Duration.ofSeconds(1), false));
        assertThat(client.session().isClosed()).isFalse();
    }
}
