package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.login.Inheritance;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A start that fails leaves nothing behind. */
@NullMarked
final class WeirStartTest {
    private Set<Thread> before = Set.of();

    @BeforeEach
    void look() {
        before = threads();
    }

    @Test
    void anErrorOnTheWayClosesWhatWasStarted() throws ConfigException, InterruptedException {
        var error = new AssertionError("planted");
        Config config = config("listen_port = 0");
        Throwable thrown =
                catchThrowable(() -> Weir.start(config, failing(error), Inheritance.NONE).close());
        assertThat(thrown).isSameAs(error);
        assertThat(added()).isEmpty();
    }

    @Test
    void aPortThatIsTakenClosesWhatWasStarted()
            throws ConfigException, IOException, InterruptedException {
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Config config = config("listen_port = " + taken.getLocalPort());
            assertThatThrownBy(() -> Weir.start(config).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("cannot listen on");
        }
        assertThat(added()).isEmpty();
    }

    @Test
    void aUsersFileThatIsMissingStartsNothing() throws ConfigException, InterruptedException {
        Config config = config("auth_file = /does/not/exist");
        assertThatThrownBy(() -> Weir.start(config).close()).isInstanceOf(ConfigException.class);
        assertThat(added()).isEmpty();
    }

    @Test
    void whatStartsEndsAsAWhole() throws ConfigException, IOException, InterruptedException {
        Weir.start(config("listen_port = 0")).close();
        assertThat(added()).isEmpty();
    }

    private static Config config(String line) throws ConfigException {
        return Config.parse(
                "weir.ini",
                """
                [databases]
                app = host=127.0.0.1 port=1
                [pgbouncer]
                listen_addr = 127.0.0.1
                unix_socket_dir =
                worker_loops = 1
                auth_type = any
                """
                        + line);
    }

    /** Parts that cannot be told of, which nobody expects. */
    private static List<Reloadable> failing(Error error) {
        return new AbstractList<>() {
            @Override
            public Reloadable get(int index) {
                throw error;
            }

            @Override
            public int size() {
                return 1;
            }

            @Override
            public void forEach(Consumer<? super Reloadable> action) {
                throw error;
            }
        };
    }

    /** The threads that are still there; one may be about to end when its loop has ended. */
    private Set<Thread> added() throws InterruptedException {
        Set<Thread> now = threads();
        now.removeAll(before);
        for (Thread thread : now) {
            thread.join(Duration.ofSeconds(10));
        }
        now.removeIf(thread -> !thread.isAlive());
        return now;
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("weir-"))
                .collect(Collectors.toSet());
    }
}
