package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sockets that want the same name. */
class UnixSocketTest {
    @TempDir private Path folder;

    private static ServerSocketChannel listen(String name) throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.configureBlocking(false);
        return socket.bind(UnixDomainSocketAddress.of(name));
    }

    /** Connects to a name; returns whether it was this socket that listens there. */
    private static boolean reaches(String name, ServerSocketChannel socket) throws IOException {
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(name));
            try (SocketChannel accepted = socket.accept()) {
                return accepted != null;
            }
        }
    }

    private UnixSocket socket() {
        return new UnixSocket(folder.resolve(".s.PGSQL.6432").toString(), 0777, "");
    }

    @Test
    void takesAPlaceInOneStepAndGivesItBack() throws IOException {
        UnixSocket socket = socket();
        String name = socket.name();
        try (var old = listen(name)) {
            assertThatThrownBy(() -> socket.makeRoom(false)).hasMessageContaining("in use");
            assertThat(socket.makeRoom(true)).isTrue();
            assertThat(reaches(name, old)).isTrue();
            try (var fresh = listen(socket.draft())) {
                Object key = socket.publish();
                assertThat(reaches(name, fresh)).isTrue();
                assertThat(reaches(UnixSocket.predecessor(name), old)).isTrue();
                socket.remove(key, true);
                assertThat(reaches(name, old)).isTrue();
            }
        }
    }

    @Test
    void theOldOneLeavesTheNewOnesFile() throws IOException {
        UnixSocket old = socket();
        try (var first = listen(old.draft())) {
            Object key = old.publish();
            UnixSocket fresh = socket();
            assertThat(fresh.makeRoom(true)).isTrue();
            try (var second = listen(fresh.draft())) {
                fresh.publish();
                old.remove(key, false);
                assertThat(reaches(fresh.name(), second)).isTrue();
                assertThat(Path.of(UnixSocket.predecessor(fresh.name()))).doesNotExist();
                assertThat(first.isOpen()).isTrue();
            }
        }
    }
}
