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

    ServerLoginTest() {
        var statements = new Statements(channel.eventLoop());
        var nothing = new FixedCredential(Credential.None.because("the server asks for none"));
        var login = new ServerLogin(AnswerScannerTest.target(), nothing, null, statements, this);
        channel.pipeline().addLast(login);
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
        channel.writeInbound(message('E', "SFATAL\0VFATAL\0C280\0Mno\0\0"));
        assertThat(failures).containsExactly(new ServerFailure("FATAL", "08P01", "no"));
        assertThat(failures.getFirst().sqlState()).isEqualTo("08P01");
    }
}
