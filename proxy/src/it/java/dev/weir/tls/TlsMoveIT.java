package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import dev.weir.support.TestAuthority.Issued;
import io.netty.channel.uring.IoUring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients with TLS come in on one loop and live on another: nothing of their handshake may be left
 * behind, and no read may be lost, with any transport and either library.
 */
class TlsMoveIT {
    private static final int CLIENTS = Rig.SOAK ? 2_000 : 40;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "epoll, openssl, require",
        "epoll, jsse, require",
        "epoll, jsse, verify-full",
        "io_uring, openssl, require",
        "io_uring, openssl, verify-full",
        "io_uring, jsse, require",
        "io_uring, jsse, verify-full",
        "nio, openssl, verify-full",
    })
    void everyClientArrives(String transport, String provider, String mode)
            throws InterruptedException, ExecutionException {
        assumeThat(!transport.equals("io_uring") || IoUring.isAvailable()).isTrue();
        TestAuthority authority = TestAuthority.in(directory, "authority");
        Issued server = authority.server("server");
        Issued own = authority.client("own", "somebody");
        try (Rig weir =
                        Rig.shared(
                                        PoolMode.TRANSACTION,
                                        4,
                                        "worker_loops = 3",
                                        "transport = " + transport,
                                        "tls_provider = " + provider,
                                        "client_tls_sslmode = " + mode,
                                        "client_tls_ca_file = " + authority.file(),
                                        "client_tls_cert_file = " + server.certificate(),
                                        "client_tls_key_file = " + server.key())
                                .start();
                var threads = Executors.newFixedThreadPool(4)) {
            TlsClient way = TlsClient.to(weir.port(), authority, own);
            List<Callable<Boolean>> logins = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int length = 1 + i * 997 % 50_000;
                logins.add(() -> works(way, length));
            }
            for (Future<Boolean> login : threads.invokeAll(logins)) {
                assertThat(login.get()).isTrue();
            }
        }
    }

    private static boolean works(TlsClient way, int length) {
        try (WireClient client = way.negotiated()) {
            client.startup(Map.of("user", PgNode.USER, "database", "postgres"));
            client.authenticate(PgNode.USER, PgNode.PASSWORD);
            String text = "x".repeat(length);
            for (int i = 0; i < 3; i++) {
                if (!text.equals(client.query("select '" + text + "'").get(1).row().getFirst())) {
                    return false;
                }
            }
            return true;
        }
    }
}
