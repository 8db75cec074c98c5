package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class PeerProcessTest {
    @TempDir private Path directory;

    @Test
    void isTheOneThatListens() throws IOException {
        assumeTrue(Epoll.isAvailable(), "no epoll here");
        Path file = directory.resolve(".s.PGSQL.6432");
        assertThat(PeerProcess.listeningOn(file.toString())).isEmpty();
        try (var socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(file));
            assertThat(PeerProcess.listeningOn(file.toString()))
                    .hasValue(ProcessHandle.current().pid());
        }
        assertThat(PeerProcess.listeningOn(file.toString())).as("nobody listens").isEmpty();
    }
}
