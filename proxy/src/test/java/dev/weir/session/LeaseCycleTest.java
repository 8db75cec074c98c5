package dev.weir.session;

import static dev.weir.session.ScriptedClient.beginning;
import static dev.weir.session.ScriptedClient.bind;
import static dev.weir.session.ScriptedClient.execute;
import static dev.weir.session.ScriptedClient.flush;
import static dev.weir.session.ScriptedClient.message;
import static dev.weir.session.ScriptedClient.parse;
import static dev.weir.session.ScriptedClient.query;
import static dev.weir.session.ScriptedClient.sync;
import static dev.weir.session.ScriptedClient.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.error.ProxyError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's way to a server connection and back. */
@NullMarked
final class LeaseCycleTest {
    private final List<SessionRig> rigs = new ArrayList<>();
    private final SessionRig rig = rig("default_pool_size = 1");

    private SessionRig rig(String... settings) {
        var made = new SessionRig(settings);
        rigs.add(made);
        return made;
    }

    @AfterEach
    void close() {
        rigs.forEach(SessionRig::close);
    }

    /** A client, and the server of the one connection, which is free. */
    private ScriptedServer idleServer() {
        rig.login();
        return rig.open();
    }

    // --- leasing --------------------------------------------------------------------------------

    @Test
    void leasesAtOnceWhatIsFree() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        assertThat(server.received()).isEqualTo("QSELECT 1");
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void givesBackWhenTheTransactionIsOver() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
        assertThat(client.isServed()).isFalse();
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void keepsTheServerInATransaction() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        assertThat(client.isServed()).isTrue();
        client.asks("COMMIT");
        rig.answers(server, "COMMIT", 'I');
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void keepsTheServerUntilTheBatchIsOver() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().sends(parse("", "SELECT 1"), bind(""), execute());
        assertThat(server.received()).isEqualTo("PBE");
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        server.sends('C', "SELECT 1\0".getBytes(StandardCharsets.US_ASCII));
        rig.run();
        assertThat(client.isServed()).isTrue();
        client.sends(sync());
        rig.ready(server, 'I');
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void waitsAndIsServedInItsTurn() {
        ScriptedServer server = idleServer();
        ScriptedClient first = rig.client().asks("SELECT 1");
        ScriptedClient second = rig.client().asks("SELECT 2");
        ScriptedClient third = rig.client().asks("SELECT 3");
        assertThat(server.received()).isEqualTo("QSELECT 1");
        assertThat(second.snapshot().state()).isEqualTo("waiting");

        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 2");
        assertThat(first.isServed()).isFalse();
        assertThat(third.isServed()).isFalse();

        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 3");
    }

    @Test
    void asksForNoServerWhereNothingIsAsked() {
        rig.client().sends(flush());
        assertThat(rig.opening()).isZero();
    }

    @Test
    void endsIfThereWillBeNoServer() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.isRefused();
        assertThat(client.told()).isEqualTo("E:28P01");
        assertThat(client.session().isClosed()).isTrue();
    }

    @Test
    void waitsForAServerThatIsAway() {
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.isUnreachable();
        rig.pass(Duration.ofSeconds(2));
        assertThat(client.told()).isEmpty();
        ScriptedServer server = rig.open();
        assertThat(server.received()).isEqualTo("QSELECT 1");
    }

    @Test
    void keepsTheServerForAWholeSessionInSessionMode() {
        SessionRig whole = rig("pool_mode = session");
        ScriptedClient client = whole.client().asks("SELECT 1");
        ScriptedServer server = whole.open();
        whole.answers(server, "SELECT 1", 'I');
        assertThat(client.isServed()).isTrue();
        server.received();
        client.goes();
        assertThat(server.received()).contains("DISCARD ALL");
    }

    @Test
    void allowsNoTransactionInStatementMode() {
        SessionRig single = rig("pool_mode = statement");
        ScriptedClient client = single.client().asks("BEGIN");
        single.open();
        assertThat(client.told()).isEqualTo("E:08P01");
    }

    @Test
    void endsWhereATransactionStaysOpenInStatementMode() {
        SessionRig single = rig("pool_mode = statement");
        ScriptedClient client = single.client().asks("CALL p()");
        ScriptedServer server = single.open();
        single.answers(server, "CALL", 'T');
        assertThat(client.told()).isEqualTo("C:CALL ZT E:08P01");
        assertThat(server.isLeft()).isTrue();
    }

    // --- parameters -----------------------------------------------------------------------------

    @Test
    void sendsItsParametersInTheSameWriteWhereThatIsSafe() {
        ScriptedServer server = idleServer();
        rig.client(Map.of("statement_timeout", "5s")).asks("SELECT 1");
        assertThat(server.received()).matches("QSELECT .*statement_timeout.*;QSELECT 1");
    }

    @Test
    void preparesItsParametersFirstWhereTheyMayChangeWhatATextMeans() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        assertThat(server.received()).contains("search_path").doesNotContain("SELECT 1");
        assertThat(client.snapshot().state()).isEqualTo("active");
        rig.answers(server, "SET", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 1");
        assertThat(client.told()).isEmpty();
    }

    @Test
    void preparesNothingTheSecondTime() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        rig.answers(server, "SET", 'I');
        rig.answers(server, "SELECT 1", 'I');
        server.received();
        client.asks("SELECT 2");
        assertThat(server.received()).isEqualTo("QSELECT 2");
    }

    @Test
    void takesItsParametersBackForTheNextClient() {
        ScriptedServer server = idleServer();
        rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        rig.answers(server, "SET", 'I');
        rig.answers(server, "SELECT 1", 'I');
        server.received();
        rig.client().asks("SELECT 2");
        assertThat(server.received()).contains("search_path").doesNotContain("SELECT 2");
    }

    @Test
    void endsIfTheServerRefusesItsParameters() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        rig.raises(server, "ERROR", "42704");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:42704");
        assertThat(server.isLeft()).isTrue();
    }

    /** A timeout that another client has left, or a late cancel, says nothing of the parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"57014", "55P03"})
    void triesAnotherServerIfSomethingHitsTheChange(String sqlState) {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        rig.raises(server, "ERROR", sqlState);
        rig.ready(server, 'I');
        server.vanishes();
        ScriptedServer another = rig.open();
        assertThat(client.told()).isEmpty();
        assertThat(another.received()).contains("search_path").doesNotContain("SELECT 1");
        rig.answers(another, "SET", 'I');
        assertThat(another.received()).isEqualTo("QSELECT 1");
    }

    @Test
    void triesNotForEver() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT 1");
        for (int i = 0; i < 3; i++) {
            rig.raises(server, "ERROR", "57014");
            rig.ready(server, 'I');
            server.vanishes();
            assertThat(client.told()).isEmpty();
            server = rig.open();
        }
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:57014");
    }

    @Test
    void tellsTheClientWhatAnotherServerReports() {
        ScriptedServer server = idleServer();
        server.sends('S', "TimeZone\0UTC\0".getBytes(StandardCharsets.US_ASCII));
        ScriptedClient client = rig.client().asks("SELECT 1");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("S:TimeZone=UTC C:SELECT_1 ZI");
    }

    // --- what a transaction leaves behind --------------------------------------------------------

    @Test
    void asksWhatATextMayHaveLeftBehind() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SET work_mem = '1MB'");
        server.received();
        rig.answers(server, "SET", 'I');
        assertThat(client.told()).isEqualTo("C:SET ZI");
        assertThat(server.received()).contains("pg_settings");
        assertThat(client.isServed()).isTrue();

        client.asks("SELECT 1");
        assertThat(server.received()).isEmpty();
        rig.answers(server, "SELECT 0", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 1");
    }

    /** It may be that of a statement made by Parse, which did not pin. */
    @Test
    void asksWhatAnExecuteMayHaveLeftBehind() {
        ScriptedServer server = idleServer();
        rig.client().asks("EXECUTE s");
        server.received();
        rig.answers(server, "RESET", 'I');
        assertThat(server.received()).contains("pg_settings").contains("pg_prepared_statements");
    }

    @Test
    void isPinnedByWhatItLeavesBehind() {
        SessionRig pinning = rig("max_pinned = 1");
        ScriptedClient client = pinning.client().asks("LISTEN a");
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEqualTo("QLISTEN a");
        pinning.answers(server, "LISTEN", 'I');
        assertThat(server.received()).contains("pg_listening_channels");
        server.sends('D', row("c", "61"));
        pinning.answers(server, "SELECT 1", 'I');
        assertThat(client.snapshot().pins()).containsExactly(PinReason.LISTEN);
        assertThat(client.isServed()).isTrue();
        assertThat(client.told()).isEqualTo("C:LISTEN ZI");

        client.goes();
        assertThat(server.isLeft()).isFalse();
        pinning.client().asks("SELECT 1");
        assertThat(server.received()).contains("UNLISTEN *").doesNotContain("SELECT 1");
        pinning.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 1");
    }

    @Test
    void givesBackWhereNothingWasLeftBehind() {
        SessionRig pinning = rig("max_pinned = 1");
        ScriptedClient client = pinning.client().asks("LISTEN a");
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEqualTo("QLISTEN a");
        pinning.answers(server, "LISTEN", 'I');
        pinning.answers(server, "SELECT 0", 'I');
        assertThat(client.snapshot().pins()).isEmpty();
        assertThat(client.isServed()).isFalse();
    }

    private static byte[] row(String kind, String name) {
        ByteBuf out = Unpooled.buffer();
        out.writeShort(3);
        for (String value : new String[] {kind, name}) {
            out.writeInt(value.length());
            out.writeCharSequence(value, StandardCharsets.US_ASCII);
        }
        out.writeInt(-1);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    // --- all pins are taken ----------------------------------------------------------------------

    private ScriptedServer listens(SessionRig pinning, ScriptedServer server) {
        pinning.answers(server, "LISTEN", 'I');
        server.sends('D', row("c", "61"));
        pinning.answers(server, "SELECT 1", 'I');
        server.received();
        return server;
    }

    /** A client that has the only pin. */
    private ScriptedClient pinned(SessionRig pinning) {
        ScriptedClient client = pinning.client().asks("LISTEN a");
        listens(pinning, pinning.open());
        assertThat(client.snapshot().pins()).containsExactly(PinReason.LISTEN);
        return client;
    }

    @Test
    void waitsForAPinInNobodysWay() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        ScriptedClient pinned = pinned(pinning);
        ScriptedClient first = pinning.client().asks("LISTEN b");
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEmpty();
        assertThat(first.snapshot().state()).isEqualTo("waiting");
        ScriptedClient second = pinning.client().asks("LISTEN c");

        pinning.client().asks("SELECT 1");
        assertThat(server.received()).isEqualTo("QSELECT 1");
        pinning.answers(server, "SELECT 1", 'I');

        pinned.goes();
        assertThat(server.received()).as("the first that waits").isEqualTo("QLISTEN b");
        listens(pinning, server);
        assertThat(first.told()).isEqualTo("C:LISTEN ZI");
        assertThat(second.told()).isEmpty();
        assertThat(second.isServed()).isFalse();
    }

    @Test
    void waitsForAPinWithABatchThatRunsItsParse() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        ScriptedClient pinned = pinned(pinning);
        ScriptedClient client =
                pinning.client().sends(parse("", "LISTEN b"), bind(""), execute(), sync());
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEmpty();
        ScriptedClient other =
                pinning.client().sends(Unpooled.wrappedBuffer(parse("l", "LISTEN b"), sync()));
        assertThat(server.received()).as("a Parse alone").isEqualTo("PDS");

        pinned.goes();
        assertThat(client.snapshot().state()).isEqualTo("waiting");
        assertThat(other.isServed()).isTrue();
    }

    @Test
    void answersWhatWasSentBeforeItWaitsForAPin() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        pinned(pinning);
        ScriptedClient client = pinning.client().sends(query("SELECT 1"), query("LISTEN b"));
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEqualTo("QSELECT 1");
        pinning.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
        assertThat(client.isServed()).isFalse();
        assertThat(client.snapshot().state()).isEqualTo("waiting");
    }

    @Test
    void waitsForAPinNoMoreOnceItIsCancelled() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        ScriptedClient pinned = pinned(pinning);
        ScriptedClient client = pinning.client().asks("LISTEN b");
        ScriptedServer server = pinning.open();
        client.cancels();
        assertThat(client.told()).contains("57014").endsWith("ZI");
        pinned.goes();
        assertThat(server.received()).isEmpty();
        pinning.client().asks("LISTEN c");
        assertThat(server.received()).isEqualTo("QLISTEN c");
    }

    @Test
    void refusesAPinInsideABlock() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        pinned(pinning);
        ScriptedClient client = pinning.client().asks("BEGIN");
        ScriptedServer server = pinning.open();
        assertThat(server.received()).isEqualTo("QBEGIN");
        pinning.answers(server, "BEGIN", 'T');
        client.asks("LISTEN b");
        assertThat(server.received()).startsWith("QDO ").contains("53300");
    }

    @Test
    void raisesTheErrorInTheBatchThatCannotWaitForAPin() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 2");
        pinned(pinning);
        ScriptedClient client =
                pinning.client()
                        .sends(
                                parse("", "SELECT 1"),
                                bind(""),
                                execute(),
                                parse("", "LISTEN b"),
                                bind(""),
                                execute(),
                                sync());
        ScriptedServer server = pinning.open();
        assertThat(server.received()).as("with one that fails").isEqualTo("PBEPPBEBES");
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        server.sends('C', "SELECT 1\0".getBytes(StandardCharsets.US_ASCII));
        server.sends('1', new byte[0]);
        server.sends('1', new byte[0]);
        server.sends('2', new byte[0]);
        pinning.raises(server, "ERROR", "53300");
        pinning.ready(server, 'I');
        assertThat(client.told()).matches("1 2 C:SELECT_1 1 E.*53300.* ZI");
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void endsWhoTurnsOutToBePinnedWhereAllConnectionsAre() {
        SessionRig pinning = rig("max_pinned = 1", "default_pool_size = 1");
        ScriptedClient client = pinning.client().asks("SELECT '" + "x".repeat(70_000) + "'");
        ScriptedServer server = pinning.open();
        assertThat(pinning.pool().places().tryTake())
                .isTrue(); // for one that waits for a connection
        pinning.answers(server, "SELECT 1", 'I');
        server.sends('D', row("p", "TEMPORARY_OBJECT"));
        pinning.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).contains("53300");
        assertThat(pinning.ends()).singleElement().asString().contains("TEMPORARY_OBJECT");
    }

    @Test
    void refusesAPinWhereThereAreNone() {
        SessionRig none = rig("max_pinned = 0");
        none.client().asks("LISTEN b");
        assertThat(none.open().received()).startsWith("QDO ").contains("53300");
    }

    // --- the client goes -------------------------------------------------------------------------

    @Test
    void leavesTheQueueIfTheClientGoes() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient gone = rig.client().asks("SELECT 2");
        rig.client().asks("SELECT 3");
        gone.goes();
        server.received();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 3");
    }

    @Test
    void closesAServerThatHasAPartOfAMessage() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        client.sends(beginning(query("x".repeat(100_000)), 90_000));
        client.goes();
        assertThat(server.isLeft()).isTrue();
        assertThat(rig.ends()).containsExactly("client unexpected eof");
    }

    @Test
    void leavesATransactionToBeRolledBack() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("BEGIN");
        rig.answers(server, "BEGIN", 'T');
        server.received();
        client.goes();
        assertThat(server.received()).isEqualTo("QROLLBACK");
        rig.answers(server, "ROLLBACK", 'I');
        assertThat(rig.client().asks("SELECT 1").isServed()).isTrue();
    }

    // --- cancel ----------------------------------------------------------------------------------

    @Test
    void cancelsARequestThatWaits() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient client = rig.client().asks("SELECT 2");
        client.cancels();
        assertThat(client.told()).isEqualTo("E:57014 ZI");
        assertThat(rig.cancels()).isZero();
        assertThat(client.cancelsOver()).isOne();

        client.asks("SELECT 3");
        server.received();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 3");
    }

    @Test
    void cancelsABatchThatWaitsUpToItsSync() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient client = rig.client().sends(parse("", "SELECT 2"), bind(""), execute());
        client.cancels();
        assertThat(client.told()).isEqualTo("E:57014");
        client.sends(sync());
        assertThat(client.told()).isEqualTo("ZI");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.isServed()).isFalse();
    }

    @Test
    void cancelsAtTheServerWhatRunsThere() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT pg_sleep(10)");
        client.cancels();
        assertThat(rig.cancels()).isOne();
        assertThat(client.told()).isEmpty();
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:57014 ZI");
    }

    /** Else it could take a cancel for over that hits its next query. */
    @Test
    void aCancelIsOverOnceTheServerHasCarriedItOut() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT pg_sleep(10)");
        client.cancels();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.cancelsOver()).isZero();
        rig.cancelsOne();
        assertThat(client.cancelsOver()).isOne();
    }

    @Test
    void heldCancelsAreOverOnceTheyAreCarriedOut() {
        ScriptedServer server = idleServer();
        ScriptedClient client =
                rig.client(Map.of("statement_timeout", "5s")).asks("SELECT pg_sleep(10)");
        client.cancels();
        client.cancels();
        rig.answers(server, "SET", 'I');
        assertThat(rig.cancels()).isOne();
        assertThat(client.cancelsOver()).isZero();
        rig.cancelsOne();
        assertThat(client.cancelsOver()).isEqualTo(2);
    }

    @Test
    void aHeldCancelIsOverWhenItsClientIsGone() {
        idleServer();
        ScriptedClient client =
                rig.client(Map.of("statement_timeout", "5s")).asks("SELECT pg_sleep(10)");
        client.cancels();
        assertThat(client.cancelsOver()).isZero();
        client.isKilled(ProxyError.ADMIN_FORCED_DISCONNECT);
        assertThat(client.cancelsOver()).isOne();
    }

    @Test
    void cancelsTheQueryAndNotTheParametersAheadOfIt() {
        ScriptedServer server = idleServer();
        ScriptedClient client =
                rig.client(Map.of("statement_timeout", "5s")).asks("SELECT pg_sleep(10)");
        client.cancels();
        assertThat(rig.cancels()).isZero();
        rig.answers(server, "SET", 'I');
        assertThat(rig.cancels()).isOne();
        rig.raises(server, "ERROR", "57014");
        rig.ready(server, 'I');
        assertThat(client.told()).isEqualTo("E:57014 ZI");
    }

    @Test
    void cancelsTheQueryThatWaitsForItsParameters() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("search_path", "a")).asks("SELECT pg_sleep(10)");
        client.cancels();
        assertThat(rig.cancels()).isZero();
        rig.answers(server, "SET", 'I');
        assertThat(server.received()).endsWith("QSELECT pg_sleep(10)");
        assertThat(rig.cancels()).isOne();
    }

    @Test
    void aHeldCancelHitsNoLaterQuery() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client(Map.of("statement_timeout", "5s")).asks("SELECT 1");
        client.cancels();
        server.succeeds(2);
        rig.run();
        client.asks("SELECT 2");
        assertThat(rig.cancels()).isZero();
        assertThat(client.cancelsOver()).isOne();
    }

    @Test
    void cancelsNothingIfNothingRuns() {
        idleServer();
        ScriptedClient client = rig.client();
        client.cancels();
        assertThat(client.told()).isEmpty();
        assertThat(rig.cancels()).isZero();
        assertThat(client.cancelsOver()).isOne();
    }

    // --- the server goes -------------------------------------------------------------------------

    @Test
    void endsWithTheServerOfASession() {
        SessionRig sessions = rig("pool_mode = session");
        ScriptedClient client = sessions.client().asks("SELECT 1");
        ScriptedServer server = sessions.open();
        server.vanishes();
        sessions.run();
        assertThat(client.told()).isEqualTo("E:08006");
    }

    @Test
    void handsOnTheErrorWithWhichTheServerOfASessionEnds() {
        SessionRig sessions = rig("pool_mode = session");
        ScriptedClient client = sessions.client().asks("SELECT 1");
        ScriptedServer server = sessions.open();
        sessions.raises(server, "FATAL", "57P01");
        server.vanishes();
        sessions.run();
        assertThat(client.told()).isEqualTo("E:57P01");
        assertThat(client.port().end()).isEqualTo("closed");
    }

    @Test
    void endsIfTheServerSaysWhatNoServerMay() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        server.sends('Z', new byte[] {'I', 'I'});
        rig.run();
        assertThat(client.told()).isEqualTo("E:08P01");
    }

    // --- backpressure ----------------------------------------------------------------------------

    @Test
    void readsAWaitingClientOnlySoFar() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient client = rig.client().asks("SELECT 2");
        assertThat(client.port().isRead()).isTrue();
        client.asks("SELECT '" + "x".repeat(9_000) + "'");
        assertThat(client.port().isRead()).isFalse();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.port().isRead()).isTrue();
    }

    @Test
    void endsIfTheClientDoesNotReadForLong() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        client.takes(false);
        server.sends('D', row("p", "q"));
        rig.run();
        rig.pass(Duration.ofSeconds(31));
        rig.expire(client, new SessionLimits(Duration.ofSeconds(30), Duration.ZERO, false));
        assertThat(rig.ends()).containsExactly("client_write_timeout");
    }

    @Test
    void goesOnOnceTheClientReads() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SELECT 1");
        client.takes(false);
        client.takes(true);
        rig.pass(Duration.ofSeconds(31));
        rig.expire(client, new SessionLimits(Duration.ofSeconds(30), Duration.ZERO, false));
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
    }

    // --- a server that waits for the client -----------------------------------------------------

    /** A client whose Query holds what is behind it, and waits for the data of a COPY. */
    private ScriptedClient copies(ScriptedServer server) {
        ScriptedClient client = rig.client().asks("SET a.b = 1; COPY t FROM STDIN");
        client.sends(message('d'), message('c'), query("SELECT 1"));
        assertThat(server.received()).startsWith("QSET").doesNotContain("d", "c");
        return client;
    }

    @Test
    void sendsTheDataThatTheServerWaitsFor() {
        ScriptedServer server = idleServer();
        copies(server);
        server.sends('G', new byte[3]);
        rig.run();
        assertThat(server.received()).isEqualTo("dcH");
        rig.answers(server, "COPY 0", 'I');
        assertThat(server.received()).contains("pg_settings").doesNotContain("SELECT 1");
    }

    @Test
    void sendsTheDataOfTheNextCopyWhenThatBegins() {
        ScriptedServer server = idleServer();
        ScriptedClient client =
                rig.client().asks("SET a.b = 1; COPY t FROM STDIN; COPY t FROM STDIN");
        client.sends(message('d'), message('c'), message('d'), message('c'));
        server.received();
        server.sends('G', new byte[3]);
        rig.run();
        assertThat(server.received()).isEqualTo("dcH");
        server.sends('C', "COPY 0\0".getBytes(StandardCharsets.US_ASCII));
        server.sends('G', new byte[3]);
        rig.run();
        assertThat(server.received()).isEqualTo("dcH");
    }

    @Test
    void readsOnWhileTheServerCopies() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().asks("SET a.b = 1; COPY t FROM STDIN");
        client.sends(Unpooled.buffer().writeByte('d').writeInt(10_004).writeZero(10_000));
        assertThat(client.port().isRead()).isFalse();
        server.received();
        server.sends('G', new byte[3]);
        rig.run();
        assertThat(server.received()).isEqualTo("d");
        assertThat(client.port().isRead()).isTrue();
        client.sends(sync(), message('c'), query("SELECT 1"));
        assertThat(server.received()).isEqualTo("ScH");
    }

    // --- the end of a client --------------------------------------------------------------------

    @Test
    void answersWhatTheClientHasSentBeforeItsTerminate() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().sends(query("SELECT 1"), terminate());
        assertThat(server.received()).isEqualTo("QSELECT 1");
        assertThat(client.session().isClosed()).isFalse();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1 ZI");
        assertThat(client.session().isClosed()).isTrue();
        assertThat(server.isLeft()).isFalse();
    }

    @Test
    void carriesOutWhatIsHeldWhenTheClientEnds() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().sends(query("SET a.b = 1"), query("SELECT 1"));
        client.ends();
        assertThat(server.received()).isEqualTo("QSET a.b = 1");
        rig.answers(server, "SET", 'I');
        server.received();
        rig.answers(server, "SELECT 0", 'I');
        assertThat(server.received()).contains("QSELECT 1");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SET ZI C:SELECT_1 ZI");
        assertThat(client.session().isClosed()).isTrue();
    }

    @Test
    void waitsForAServerIfTheTerminateCameInTheSameRead() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        var bytes = Unpooled.wrappedBuffer(query("SELECT 2"), terminate());
        ScriptedClient leaving = rig.client().sends(bytes);
        leaving.goes();
        server.received();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 2");
    }

    @Test
    void waitsForAServerIfTheFinCameInTheSameRead() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient leaving = rig.client();
        leaving.sendsLast(query("SELECT 2"));
        leaving.goes();
        server.received();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEqualTo("QSELECT 2");
    }

    /** It waits for nobody else. */
    @Test
    void waitsForAServerThatIsBeingOpened() {
        ScriptedClient leaving = rig.client().asks("SELECT 1");
        ScriptedClient vanished = rig.client().asks("SELECT 2");
        leaving.ends();
        vanished.goes();
        ScriptedServer server = rig.open();
        assertThat(server.received()).isEqualTo("QSELECT 1");
        rig.answers(server, "SELECT 1", 'I');
        assertThat(leaving.told()).isEqualTo("C:SELECT_1 ZI");
        assertThat(server.received()).isEmpty();
    }

    @Test
    void dropsWhatWaitsIfTheClientEndsLater() {
        ScriptedServer server = idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient finished = rig.client().asks("SELECT 2");
        ScriptedClient polite = rig.client().asks("SELECT 3");
        ScriptedClient verbose = rig.client().asks("SELECT 4");
        ScriptedClient slow = rig.client().sends(parse("", "SELECT 5"));
        finished.ends();
        polite.sends(terminate()).goes();
        verbose.sendsLast(query("SELECT 6"));
        slow.sends(bind(""), execute(), sync(), terminate()).goes();
        assertThat(rig.ends()).hasSize(4);
        server.received();
        rig.answers(server, "SELECT 1", 'I');
        assertThat(server.received()).isEmpty();
    }

    /** Else the connection would be leased for ever. */
    @Test
    void readsTheServerOnOnceNobodyIsThereToBeWaitedFor() {
        ScriptedServer server = idleServer();
        ScriptedClient client = rig.client().sends(query("SET a.b = 1"), query("SELECT 1"));
        client.takes(false);
        server.sends('N', new byte[] {0});
        assertThat(server.isRead()).isFalse();
        client.port().writable(true); // as one that is closed
        client.goes();
        assertThat(server.isRead()).isTrue();
    }

    @Test
    void endsThoughTheSyncOfACancelledBatchNeverComes() {
        idleServer();
        rig.client().asks("SELECT 1");
        ScriptedClient client = rig.client().sends(parse("", "SELECT 2"), bind(""), execute());
        client.cancels();
        assertThat(client.told()).isEqualTo("E:57014");
        client.sends(terminate());
        assertThat(client.session().isClosed()).isTrue();
    }

    @Test
    void letsTheServerJudgeABatchWithoutItsSync() {
        ScriptedServer server = idleServer();
        rig.client().sends(parse("", "SELECT 1"), bind(""), execute(), terminate());
        assertThat(server.received()).isEqualTo("PBEX");
    }
}
