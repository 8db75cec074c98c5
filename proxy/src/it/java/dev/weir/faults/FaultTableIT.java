package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault at each state of a client, in a process of its own: afterwards nothing is in use, and
 * as many clients as the pool has connections are served at the same time.
 */
@NullMarked
@Timeout(240)
final class FaultTableIT {
    private static final int POOL_SIZE = 2;

    @TempDir private static Path directory;

    private static WeirJvm weir;

    /** Where the client is, or others are who keep it waiting. */
    enum State {
        SILENT {
            @Override
            List<WireClient> enter() {
                return List.of(WireClient.connect("127.0.0.1", weir.port()));
            }
        },
        HALF_A_STARTUP {
            @Override
            List<WireClient> enter() {
                WireClient client = WireClient.connect("127.0.0.1", weir.port());
                client.send(new byte[] {0, 0, 0, 90, 0, 3, 0, 0, 'u', 's'});
                return List.of(client);
            }
        },
        IDLE {
            @Override
            List<WireClient> enter() {
                return List.of(client());
            }
        },
        HALF_A_MESSAGE {
            @Override
            List<WireClient> enter() {
                return List.of(sending(new byte[] {'Q', 0, 0, 1, 0, 's', 'e'}));
            }
        },
        RUNNING {
            @Override
            List<WireClient> enter() {
                return List.of(sending(Wire.query("select pg_sleep(0.5)")));
            }
        },
        IN_BLOCK {
            @Override
            List<WireClient> enter() {
                WireClient client = client();
                client.query("begin");
                return List.of(client);
            }
        },
        IN_BATCH {
            @Override
            List<WireClient> enter() {
                return List.of(
                        sending(
                                Wire.concat(
                                        Wire.parse("s", "select 1"),
                                        Wire.bind("", "s"),
                                        Wire.execute("", 0),
                                        Wire.flush())));
            }
        },
        IN_COPY {
            @Override
            List<WireClient> enter() {
                WireClient client = sending(Wire.query("copy faults from stdin"));
                client.read();
                return List.of(client);
            }
        },
        READING_SLOWLY {
            @Override
            List<WireClient> enter() {
                return List.of(
                        sending(
                                Wire.query(
                                        "select repeat('x', 1000000) from generate_series(1,"
                                                + " 40)")));
            }
        },
        LISTENING {
            @Override
            List<WireClient> enter() {
                WireClient client = client();
                client.query("listen news");
                return List.of(client);
            }
        },
        PINNED {
            @Override
            List<WireClient> enter() {
                WireClient client = client();
                client.query("create temp table mine (a int)");
                return List.of(client);
            }
        },
        WAITING {
            @Override
            List<WireClient> enter() {
                List<WireClient> all = new ArrayList<>();
                for (int i = 0; i < POOL_SIZE; i++) {
                    all.addAll(IN_BLOCK.enter());
                }
                all.add(sending(Wire.query("select 1")));
                return all;
            }
        };

        abstract List<WireClient> enter();

        static WireClient sending(byte[] bytes) {
            WireClient client = client();
            client.send(bytes);
            return client;
        }
    }

    /** What happens then, and how it is over. */
    enum Fault {
        NONE {
            @Override
            void strike(List<WireClient> clients) {}
        },
        CLIENT_IS_RESET {
            @Override
            void strike(List<WireClient> clients) {
                clients.getLast().reset();
            }
        },
        CLIENT_SAYS_NO_MORE {
            @Override
            void strike(List<WireClient> clients) {
                clients.getLast().closeOutput();
            }
        },
        BACKENDS_ARE_TERMINATED {
            @Override
            void strike(List<WireClient> clients) {
                endBackends();
            }
        },
        NO_DESCRIPTORS {
            @Override
            void strike(List<WireClient> clients) throws IOException {
                endBackends(); // so that another connection must be opened
                long open;
                try (Stream<Path> files = Files.list(Path.of("/proc/" + weir.pid() + "/fd"))) {
                    open = files.count();
                }
                descriptors(open);
                askUntil("too many open files", clients); // connected by the kernel alone
            }

            @Override
            void end() throws IOException {
                descriptors(DESCRIPTORS);
            }
        },
        SERVER_REFUSES_LOGINS {
            @Override
            void strike(List<WireClient> clients) {
                Rig.postgres().execute("alter role faulty nologin");
                endBackends();
                askUntil("is not permitted to log in", clients);
            }

            @Override
            void end() {
                Rig.postgres().execute("alter role faulty login");
            }
        },
        CERTIFICATE_IS_NONE {
            @Override
            void strike(List<WireClient> clients) throws IOException {
                append("client_tls_sslmode = allow\nclient_tls_cert_file = /dev/null\n");
                command("RELOAD");
            }

            @Override
            void end() throws IOException {
                append("");
                command("RELOAD");
            }
        },
        NAME_IS_UNKNOWN {
            @Override
            void strike(List<WireClient> clients) throws IOException {
                Files.writeString(
                        ini(), configuration.replace("host=127.0.0.1", "host=no.such.invalid"));
                command("RELOAD");
                clients.add(asking());
            }

            @Override
            void end() throws IOException {
                append("");
                command("RELOAD");
            }
        };

        abstract void strike(List<WireClient> clients) throws IOException;

        void end() throws IOException {}
    }

    private static final long DESCRIPTORS = 1_000;

    private static String configuration = "";

    private static Path ini() {
        return directory.resolve("weir.ini");
    }

    private static void append(String lines) throws IOException {
        Files.writeString(ini(), configuration + lines);
    }

    private static void endBackends() {
        Rig.postgres()
                .execute(
                        "select pg_terminate_backend(pid) from pg_stat_activity where usename ="
                                + " 'faulty'");
    }

    /** Sets how many files the process may have open. */
    private static void descriptors(long most) throws IOException {
        List<String> command =
                List.of("prlimit", "--pid", "" + weir.pid(), "--nofile=" + most + ":");
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static WireClient client() {
        WireClient client = WireClient.connect("127.0.0.1", weir.port());
        client.login("faulty", "app");
        return client;
    }

    /** One who asks meanwhile, and may have to wait for its login already. */
    private static WireClient asking() {
        WireClient client = WireClient.connect("127.0.0.1", weir.port());
        client.startup(Map.of("user", "faulty", "database", "app"));
        client.send(Wire.query("select 1"));
        return client;
    }

    /** Lets clients come until the log says once more that the fault has struck. */
    private static void askUntil(String said, List<WireClient> clients) {
        int before = weir.said().split(said, -1).length;
        await().until(() -> {
            clients.add(asking());
            return weir.said().split(said, -1).length > before;
        });
    }

    private static List<Message> command(String command) {
        try (WireClient console = weir.client("pgbouncer")) {
            return console.query(command);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        PgNode node = Rig.postgres();
        node.execute("drop table if exists faults");
        node.execute("drop role if exists faulty");
        node.execute("create role faulty login superuser");
        node.execute("create table faults (v text)");
        String database =
                "app = host=127.0.0.1 port=%d dbname=postgres user=faulty password=x"
                        .formatted(node.port());
        weir =
                WeirJvm.serving(
                        directory,
                        List.of(),
                        database,
                        "default_pool_size = " + POOL_SIZE,
                        "max_pinned = 1",
                        "server_login_retry = 0.1",
                        "dns_nxdomain_ttl = 0.1",
                        "client_login_timeout = 5",
                        "query_wait_timeout = 10",
                        "logfile = /dev/full"); // a disk that is full all the time
        configuration =
                Files.readString(ini()).replace("listen_port = 0", "listen_port = " + weir.port());
        Files.writeString(ini(), configuration);
        descriptors(DESCRIPTORS);
    }

    @AfterAll
    static void stop() {
        String said = weir.said();
        weir.close();
        assertThat(said) // else the faults did not strike
                .contains("too many open files", "is not permitted to log in", "RELOAD failed")
                .contains("name or service not known");
    }

    static List<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (State state : State.values()) {
            for (Fault fault : Fault.values()) {
                if (Rig.SOAK || (state.ordinal() + fault.ordinal()) % 4 == 0) {
                    cells.add(Arguments.of(state, fault));
                }
            }
        }
        return cells;
    }

    @ParameterizedTest
    @MethodSource("cells")
    void afterwardsAllIsAsBefore(State state, Fault fault) throws IOException {
        List<WireClient> clients = new ArrayList<>(state.enter());
        try {
            fault.strike(clients);
        } finally {
            fault.end();
        }
        clients.forEach(WireClient::close);
        await().untilAsserted(() -> assertThat(inUse()).isEmpty());
        List<WireClient> all = new ArrayList<>();
        for (int i = 0; i < POOL_SIZE; i++) {
            WireClient client = servedAgain();
            assertThat(client.query("begin; select 'here'").toString()).contains("D here");
            all.add(client);
        }
        all.forEach(WireClient::close);
        assertThat(weir.isAlive()).isTrue();
        assertThat(weir.said()).doesNotContain(" ERROR ");
    }

    /** A client is served as soon as the fault is over. */
    private static WireClient servedAgain() {
        var served = new WireClient[1];
        await().ignoreExceptions()
                .until(() -> {
                    WireClient client = client();
                    boolean isServed = client.query("select 'ok'").toString().contains("D ok");
                    if (isServed) {
                        served[0] = client;
                    } else {
                        client.close();
                    }
                    return isServed;
                });
        return served[0];
    }

    /** The rows of SHOW POOLS whose clients or servers are in use. */
    private static List<String> inUse() {
        try {
            return command("show pools").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(Message::row)
                    .filter(row -> !"pgbouncer".equals(row.getFirst()))
                    .filter(row -> row.subList(2, 8).stream().anyMatch(count -> !"0".equals(count)))
                    .map(Object::toString)
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of("no console: " + e.getMessage());
        }
    }
}
