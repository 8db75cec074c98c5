package dev.weir.backend;

import static dev.weir.backend.AnswerScannerTest.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a connection to a server begins, and what may go wrong. */
@NullMarked
final class ServerLoginTest implements ServerLogin.Listener {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<ServerConnection> connections = new ArrayList<>();
    private final List<ServerFailure> failures = new ArrayList<>();

    private void begin(boolean isForPrimary) {
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
                        isForPrimary ? "SELECT 'connect_query'" : null,
                        new ServerTarget.LoginRules(false, 1000, isForPrimary),
                        any.sockets());
        channel.pipeline().addLast(new ServerLogin(target, nothing, null, statements, this));
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

    /** It is sent nothing: a write would be refused, and a read might miss the client's own. */
    @Test
    void aStandbyThatWasTakenForThePrimaryCountsAsAway() {
        begin(true);
        channel.readOutbound(); // the startup packet
        welcomes("on");
        assertThat(failures)
                .singleElement()
                .matches(ServerFailure::isAbsence)
                .extracting(ServerFailure::message)
                .asString()
                .endsWith("is a standby (expected: the primary)");
        assertThat(channel.outboundMessages()).isEmpty();
    }

    @Test
    void aPrimaryIsWelcome() {
        begin(true);
        welcomes("off");
        assertThat(channel.outboundMessages()).as("connect_query").isNotEmpty();
        assertThat(failures).isEmpty();
    }

    @Test
    void aStandbyIsWelcomeThatIsTakenForOne() {
        begin(false);
        welcomes("on");
        assertThat(connections).hasSize(1);
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
        begin(false);
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
        begin(false);
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
        begin(false);
        channel.writeInbound(message('E', "SFATAL\0VFATAL\0C280\0Mno\0\0"));
        assertThat(failures).containsExactly(new ServerFailure("FATAL", "08P01", "no"));
        assertThat(failures.getFirst().sqlState()).isEqualTo("08P01");
    }
}
