package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.Ports;
import dev.weir.pgkit.Tools;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests sockets opened by the service manager: Weir uses them, and they outlive it. */
@Timeout(120)
final class SocketActivationIT {
    /** Does what systemd does for a socket unit, and then becomes the launcher. */
    private static final String MANAGER =
            """
            use Socket;
            $^F = 9; # what is opened from here on is inherited
            my ($port, $path, @launcher) = @ARGV;
            socket(my $tcp, PF_INET, SOCK_STREAM, 0) or die $!;
            setsockopt($tcp, SOL_SOCKET, SO_REUSEADDR, 1) or die $!;
            bind($tcp, sockaddr_in($port, INADDR_LOOPBACK)) and listen($tcp, 64) or die $!;
            socket(my $unix, PF_UNIX, SOCK_STREAM, 0) or die $!;
            bind($unix, sockaddr_un($path)) and listen($unix, 64) or die $!;
            die "files" unless fileno($tcp) == 3 && fileno($unix) == 4;
            @ENV{'LISTEN_FDS', 'LISTEN_PID', 'WEIR_BUILD'} = (2, $$, 'never');
            exec @launcher;
            """;

    @TempDir private Path temporary;

    @Test
    void listensOnWhatItIsGiven() throws IOException, InterruptedException {
        assumeThat(Tools.find("perl")).isPresent();
        Path directory = WeirProcess.folder(temporary);
        Path script = Files.writeString(directory.resolve("manager.pl"), MANAGER);
        Path unix = directory.resolve("socket");
        int port = Ports.free();
        try (PgCluster cluster = PgCluster.start()) {
            int configured = WeirProcess.configure(directory, cluster.primary());
            String[] command = {
                "perl",
                script.toString(),
                Integer.toString(port),
                unix.toString(),
                WeirProcess.LAUNCHER.toString(),
                "run",
                "weir.ini"
            };
            Process process =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("said").toFile())
                            .start();
            try {
                await().atMost(WeirProcess.LIMIT).until(() -> answers(port));
                assertThat(configured).isNotEqualTo(port);
                assertThat(answers(configured)).isFalse();
                try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                    assertThat(channel.connect(UnixDomainSocketAddress.of(unix))).isTrue();
                }
                WeirProcess.kill("TERM", process.pid());
                assertThat(process.waitFor()).isZero();
                assertThat(unix).exists(); // it belongs to the manager
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static boolean answers(int port) {
        try (WireClient client = WireClient.connect("127.0.0.1", port)) {
            client.login("postgres", "postgres");
            return client.query("select 1").toString().contains("SELECT 1");
        } catch (RuntimeException _) {
            return false; // not yet
        }
    }
}
