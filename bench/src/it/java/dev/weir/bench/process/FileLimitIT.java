package dev.weir.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Weir with {@code ulimit -n} reached. */
@Timeout(120)
final class FileLimitIT extends ProcessTests {
    private static final int FILES = 256;

    /**
     * So many are open when there is none left: the JVM's thread for jcmd waits in accept(), and
     * the kernel keeps a number for what that will return.
     */
    private static final int FULL = FILES - 1;

    /** Who says nothing is accepted, too. */
    private static final String SILENT = "tcp_defer_accept = 0\nmax_client_conn = 1000";

    private static final String LOGIN = " login attempt: ";

    private final List<Socket> crowd = new ArrayList<>();

    private static long openFiles(WeirProcess weir) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + weir.pid() + "/fd"))) {
            return all.count();
        }
    }

    /** How many its class path names. */
    private static long jars(WeirProcess weir) throws IOException {
        String[] command =
                Files.readString(Path.of("/proc/" + weir.pid() + "/cmdline")).split("\0", -1);
        int option = List.of(command).indexOf("-cp");
        long jars = 0;
        for (String entry : command[option + 1].split(":", -1)) {
            if (entry.endsWith("/*")) {
                try (Stream<Path> all = Files.list(Path.of(entry).getParent())) {
                    jars += all.filter(file -> file.toString().endsWith(".jar")).count();
                }
            } else {
                jars++;
            }
        }
        return jars;
    }

    private static long openJars(WeirProcess weir) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + weir.pid() + "/fd"))) {
            return all.filter(Files::isSymbolicLink)
                    .map(FileLimitIT::target)
                    .filter(name -> name.endsWith(".jar"))
                    .distinct()
                    .count();
        }
    }

    /** What a descriptor stands for; empty if it has been closed meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException _) {
            return "";
        }
    }

    /** Else a class could not be loaded once there are no descriptors, which ends the process. */
    @Test
    void allJarsAreOpen() throws IOException {
        int port = WeirProcess.configure(directory, cluster.primary(), SILENT);
        try (WeirProcess weir = WeirProcess.startWithFiles(FILES, directory, port)) {
            long jars = jars(weir);
            assertThat(jars).isGreaterThan(10);
            await().untilAsserted(() -> assertThat(openJars(weir)).isEqualTo(jars));
        }
    }

    private static long count(WeirProcess weir, String text) {
        return weir.lines().stream().filter(line -> line.contains(text)).count();
    }

    private Socket connect(WeirProcess weir) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), weir.port());
        crowd.add(socket);
        return socket;
    }

    /** More clients than there are descriptors; the last ones wait in the kernel's queue. */
    private void crowd(WeirProcess weir) throws IOException {
        byte[] hello = Wire.startup(Wire.PROTOCOL_3_0, Map.of("user", "postgres"));
        for (int i = 0; i < FILES; i++) {
            connect(weir).getOutputStream().write(hello);
        }
        weir.awaitLog("accept_failed");
        for (int i = 0; i < 20; i++) { // some have given way before they had logged in
            connect(weir).getOutputStream().write(hello);
        }
    }

    /** Whether all who have been accepted have logged in, so that nobody gives way. */
    private static boolean hasNoStrangers(WireClient console) {
        return console.query("show limits").stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::row)
                .anyMatch(row -> "max_login_conn".equals(row.get(0)) && "0".equals(row.get(3)));
    }

    private void disperse() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
    }

    @Test
    void saysOnceThatItCannotAcceptAndGoesOn() throws IOException {
        int port = WeirProcess.configure(directory, cluster.primary(), SILENT);
        try (WeirProcess weir = WeirProcess.startWithFiles(FILES, directory, port);
                WireClient client = weir.client()) {
            crowd(weir);
            weir.awaitLog("error=\"too many open files (ulimit -n is " + FILES + ")\"");
            for (int i = 0; i < 20; i++) { // a second, in which it tries several times
                assertThat(client.query("select pg_sleep(0.05)").toString()).contains("SELECT 1");
            }
            assertThat(count(weir, "accept_failed")).isEqualTo(1);
            disperse();
            weir.awaitLog("accept_works");
            try (WireClient another = weir.client()) {
                assertThat(another.query("select 2").toString()).contains("SELECT 1");
            }
            assertThat(count(weir, "exceptionCaught")).isZero();
        }
    }

    @Test
    void aServerConnectionThatGetsNoSocketGivesItsPlaceBack() throws IOException {
        int port =
                WeirProcess.configure(
                        directory, cluster.primary(), SILENT, "default_pool_size = 1");
        try (WeirProcess weir = WeirProcess.startWithFiles(FILES, directory, port);
                WireClient client = weir.client();
                WireClient console = weir.client("pgbouncer")) {
            assertThat(client.query("select 1").toString()).contains("SELECT 1");
            crowd(weir);
            await().until(() -> openFiles(weir) >= FULL && hasNoStrangers(console));
            long logins = count(weir, LOGIN);
            cluster.primary()
                    .execute(
                            "select pg_terminate_backend(pid) from pg_stat_activity"
                                    + " where backend_type = 'client backend'"
                                    + " and pid <> pg_backend_pid()");
            await().until(() -> count(weir, LOGIN) > logins && hasNoStrangers(console));
            // so the descriptor of the connection that was lost is taken
            CompletableFuture<String> answer =
                    CompletableFuture.supplyAsync(() -> client.query("select 2").toString());
            weir.awaitLog("server_not_asked");
            weir.awaitLog(
                    "port "
                            + cluster.primary().port()
                            + ": too many open files (ulimit -n is "
                            + FILES
                            + ")");
            disperse();
            assertThat(answer.join()).contains("SELECT 1");
            assertThat(count(weir, "server_not_asked")).as("not at each try").isEqualTo(1);
            assertThat(count(weir, "server_unreachable")).isZero();
        }
    }

    /** Who says nothing keeps nobody out until client_login_timeout. */
    @Test
    void strangersMakeRoomForClients() throws IOException {
        int port = WeirProcess.configure(directory, cluster.primary(), SILENT);
        try (WeirProcess weir = WeirProcess.startWithFiles(FILES, directory, port);
                WireClient first = weir.client()) {
            assertThat(first.query("select 1").toString()).contains("SELECT 1");
            while (count(weir, "accept_failed") == 0) { // so hardly anybody waits before the client
                connect(weir);
            }
            try (WireClient another = weir.client()) {
                assertThat(another.query("select 2").toString()).contains("SELECT 1");
            }
        }
    }
}
