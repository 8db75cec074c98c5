package dev.weir.backend;

import static dev.weir.backend.AnswerScannerTest.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connection to a server begins, and what may go wrong. */
@NullMarked
final class ServerLoginTest implements ServerLogin.Listener {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<ServerConnection> connections = new ArrayList<>();
    private final List<ServerFailure> failures = new ArrayList<>();

    private final List<Consumer<@Nullable ServerIdentity>> asked = new ArrayList<>();

    /** A node of cluster 7; what else is wrong with a server is up to the node. */
    private record OfCluster7(boolean isForPrimary, List<Consumer<@Nullable ServerIdentity>> asked)
            implements NodeCheck {
        @Override
        public @Nullable String objection(ServerIdentity found) {
            return found.systemIdentifier() == 7 ? null : "is " + found;
        }

        @Override
        public void askMonitor(String why, Consumer<@Nullable ServerIdentity> told) {
            assertThat(why).isEqualTo("permission denied");
            asked.add(told);
        }
    }

    /** Logs in to a server that need not be any node. */
    private void begin() {
        begin(null);
    }

    private void begin(@Nullable NodeCheck node) {
        var statements = new Statements(channel.eventLoop());
        var nothing = new FixedCredential(Credential.None.because("the server asks for none"));
        ServerTarget any = AnswerScannerTest.target();
        var target =
                new ServerTarget(
                        any.entry(),
                        any.address(),
                        any.user(),
                        any.parameters(),
                        any.connectTimeout(),
                        node == null ? null : "SELECT 'connect_query'",
                        new ServerTarget.LoginRules(false, 1000, node),
                        any.sockets());
        channel.pipeline().addLast(new ServerLogin(target, nothing, null, statements, this));
        if (node != null) {
            channel.readOutbound(); // the startup packet
        }
    }

    private void beginAtNode(boolean isForPrimary) {
        begin(new OfCluster7(isForPrimary, asked));
    }

    /** It has let us in, and says of itself that it is a standby, or is none. */
    private void welcomes(String isStandby) {
        channel.writeInbound(
                Unpooled.wrappedBuffer(
                        message('R', "\0\0\0\0"),
                        message('S', "in_hot_standby\0" + isStandby + "\0"),
                        message('K', "\0\0\0\1\0\0\0\2"),
                        message('Z', "I")));
    }

    /** It answers to the question who it is. */
    private void is(String identifier) {
        assertThat(sent()).contains("pg_control_system");
        channel.writeInbound(
                Unpooled.wrappedBuffer(
                        message('T', "\0\0"),
                        message('D', "\0\2\0\0\0\1" + identifier + "\0\0\0\1" + "2"),
                        message('C', "SELECT 1\0"),
                        message('Z', "I")));
    }

    /** It does not let us ask. */
    private void denies() {
        assertThat(sent()).contains("pg_control_system");
        channel.writeInbound(
                Unpooled.wrappedBuffer(
                        message('E', "SERROR\0VERROR\0C42501\0Mpermission denied\0\0"),
                        message('Z', "I")));
    }

    /** The next that it was sent; empty if there is nothing. */
    private String sent() {
        ByteBuf next = channel.readOutbound();
        if (next == null) {
            return "";
        }
        try {
            return next.toString(StandardCharsets.US_ASCII);
        } finally {
            next.release();
        }
    }

    private void runsConnectQuery() {
        assertThat(sent()).contains("connect_query");
        channel.writeInbound(Unpooled.wrappedBuffer(message('C', "SELECT 1\0"), message('Z', "I")));
        assertThat(connections).hasSize(1);
    }

    /** It is sent nothing: a write would be refused, and a read might miss the client's own. */
    @Test
    void aStandbyThatWasTakenForThePrimaryCountsAsAway() {
        beginAtNode(true);
        welcomes("on");
        isAway("is a standby (expected: the primary)");
        assertThat(channel.outboundMessages()).isEmpty();
    }

    private void isAway(String why) {
        assertThat(failures)
                .singleElement()
                .matches(ServerFailure::isAbsence)
                .extracting(ServerFailure::message)
                .asString()
                .endsWith(why);
        assertThat(connections).isEmpty();
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aPrimaryIsWelcome() {
        beginAtNode(true);
        welcomes("off");
        is("7");
        runsConnectQuery();
        assertThat(failures).isEmpty();
    }

    @Test
    void aStandbyIsWelcomeThatIsTakenForOne() {
        beginAtNode(false);
        welcomes("on");
        is("7");
        runsConnectQuery();
    }

    /** Whatever a client or {@code connect_query} would do there would not be in its cluster. */
    @Test
    void aServerThatIsAnotherIsSentNothingButTheQuestionWhoItIs() {
        beginAtNode(true);
        welcomes("off");
        is("8");
        isAway("is ServerIdentity[systemIdentifier=8, timeline=2, isInRecovery=false]");
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void aServerThatMayNotBeAskedIsUsedOnceTheMonitorHasLooked() {
        beginAtNode(true);
        welcomes("off");
        denies();
        channel.runPendingTasks();
        assertThat(channel.outboundMessages()).isEmpty();
        assertThat(connections).isEmpty();
        asked.getFirst().accept(new ServerIdentity(7, 2, false));
        channel.runPendingTasks();
        runsConnectQuery();
    }

    @Test
    void aServerThatMayNotBeAskedIsAwayIfTheMonitorFindsAnother() {
        beginAtNode(true);
        welcomes("off");
        denies();
        asked.getFirst().accept(new ServerIdentity(8, 2, false));
        channel.runPendingTasks();
        isAway("is ServerIdentity[systemIdentifier=8, timeline=2, isInRecovery=false]");
    }

    @Test
    void aServerThatNobodyMayAskIsAway() {
        beginAtNode(true);
        welcomes("off");
        denies();
        asked.getFirst().accept(null);
        channel.runPendingTasks();
        isAway("cannot be identified: permission denied");
    }

    /** The monitor may take its time, and the server may go meanwhile. */
    @Test
    void aServerThatGoesWhileTheMonitorLooksIsAway() {
        beginAtNode(true);
        welcomes("off");
        denies();
        channel.close();
        asked.getFirst().accept(new ServerIdentity(7, 2, false));
        channel.runPendingTasks();
        isAway("server closed the connection while logging in");
    }

    /** IDENTIFY_SYSTEM shows the identifier without a sign, and SQL shows it with one. */
    @ParameterizedTest
    @ValueSource(strings = {"-2", "18446744073709551614"})
    void readsAnIdentifierAsANumberOf64Bits(String shown) {
        assertThat(ServerIdentity.of(List.of(shown, "3"), false))
                .isEqualTo(new ServerIdentity(-2, 3, false));
        assertThat(ServerIdentity.of(List.of(shown, "3"), true))
                .isEqualTo(new ServerIdentity(-2, 0, true));
        assertThat(ServerIdentity.of(Arrays.asList(shown, null), false))
                .isEqualTo(new ServerIdentity(-2, 0, true));
        assertThat(ServerIdentity.of(List.of("x", "3"), false)).isNull();
    }

    @Override
    public void opened(ServerConnection connection) {
        connections.add(connection);
    }

    @Override
    public void failed(ServerFailure failure, @Nullable Credential refused) {
        failures.add(failure);
    }

    /** What the server would send behind its login comes in the same read as the login's end. */
    @Test
    void whatFollowsInTheSameReadIsTheConnectionsAlready() {
        begin();
        channel.writeInbound(
                Unpooled.wrappedBuffer(
                        message('R', "\0\0\0\0"),
                        message('K', "\0\0\0\1\0\0\0\2"),
                        message('Z', "I"),
                        message('S', "TimeZone\0UTC\0")));
        assertThat(connections)
                .singleElement()
                .extracting(one -> one.reported().get("TimeZone"))
                .isEqualTo("UTC");
    }

    @Test
    void aServerThatIsReadyBeforeItHasLetUsInIsRefused() {
        begin();
        channel.writeInbound(message('Z', "I"));
        assertThat(failures)
                .singleElement()
                .extracting(ServerFailure::message)
                .isEqualTo("ReadyForQuery before the login was complete");
        assertThat(connections).isEmpty();
    }

    /** A client gets the server's SQLSTATE, which must be one. */
    @Test
    void replacesASqlStateThatIsNone() {
        begin();
        channel.writeInbound(message('E', "SFATAL\0VFATAL\0C280\0Mno\0\0"));
        assertThat(failures).containsExactly(new ServerFailure("FATAL", "08P01", "no"));
        assertThat(failures.getFirst().sqlState()).isEqualTo("08P01");
    }
}
