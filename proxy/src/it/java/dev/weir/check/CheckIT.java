package dev.weir.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Ports;
import dev.weir.support.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The check, with servers that are there, and some that are not. */
@NullMarked
final class CheckIT {
    @TempDir private Path directory;

    private static PgNode node() {
        return SharedPostgres.node();
    }

    private Result check(String databases, String settings)
            throws IOException, InterruptedException {
        return check(directory, databases, settings);
    }

    static Result check(Path directory, String databases, String settings)
            throws IOException, InterruptedException {
        Path users = directory.resolve("users");
        Files.writeString(users, "\"postgres\" \"postgres\"\n\"zoe\" \"secret\"\n");
        Path file = directory.resolve("weir.ini");
        Files.writeString(
                file,
                "[databases]\n"
                        + databases
                        + "\n"
                        + "[pgbouncer]\n"
                        + "listen_addr = 127.0.0.1\n"
                        + "unix_socket_dir =\n"
                        + "pool_mode = transaction\n"
                        + "max_client_conn = 200\n"
                        + "auth_type = scram-sha-256\n"
                        + "auth_file = "
                        + users
                        + "\n"
                        + settings);
        for (Path one : List.of(users, file)) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rw-------"));
        }
        return Check.run(file, true);
    }

    private static String entry(String more) {
        return "host=127.0.0.1 port=%d dbname=postgres %s".formatted(node().port(), more);
    }

    private static List<String> texts(Result result) {
        return result.findings().stream()
                .map(Finding::toString)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    @Test
    void asksAServerWhatItTakes() throws IOException, InterruptedException {
        Result result = check("app = " + entry("pool_size=7"), "");
        assertThat(texts(result)).isEmpty();
        assertThat(result.isGood()).isTrue();
        Result.Server server = result.servers().getFirst();
        assertThat(server.address()).isEqualTo("127.0.0.1:" + node().port());
        assertThat(server.version()).startsWith("18.");
        assertThat(server.worstCase()).isEqualTo(14); // two users
        assertThat(server.maxConnections()).isGreaterThan(server.reserved());
        assertThat(server.reserved()).isEqualTo(3);
    }

    @Test
    void addsUpTheWorstCaseOfAllPools() throws IOException, InterruptedException {
        Result result =
                check(
                        "a = "
                                + entry("user=postgres password=postgres pool_size=2000")
                                + "\nb = "
                                + entry("pool_size=1000 reserve_pool_size=50")
                                + "\nc = "
                                + entry("pool_size=900 max_db_connections=70"),
                        "");
        assertThat(result.isGood()).isTrue();
        assertThat(result.servers())
                .singleElement()
                .satisfies(server -> {
                    assertThat(server.worstCase()).isEqualTo(2000 + 2 * 1050 + 70);
                });
        assertThat(texts(result))
                .singleElement()
                .asString()
                .startsWith("warning: server 127.0.0.1:" + node().port() + " takes ")
                .contains(
                        "and the pools may open 4170: a 2000 (1 pool) + b 2100 (2 pools) + c 70"
                                + " (max_db_connections)");
    }

    @Test
    void saysWhatCannotBeReachedAndWhoIsRefused() throws IOException, InterruptedException {
        int nobody = Ports.free();
        Result result =
                check(
                        "gone = host=127.0.0.1 port="
                                + nobody
                                + "\nlost = "
                                + entry("user=nosuchuser password=x")
                                + "\nwrong = "
                                + entry("dbname=nosuchdb user=postgres password=postgres")
                                        .replace("dbname=postgres ", "")
                                + "\nlocal = host=no.such.host.invalid",
                        "");
        assertThat(result.isGood()).isFalse();
        List<String> texts = texts(result);
        assertThat(texts).hasSize(5);
        assertThat(texts.removeFirst()).startsWith("note: server_tls_sslmode: prefer");
        assertThat(texts.get(0))
                .startsWith("database \"gone\": 127.0.0.1:" + nobody + ": 08006: ")
                .contains("Connection refused");
        assertThat(texts.get(1)).contains("database \"lost\"", "28000", "nosuchuser");
        assertThat(texts.get(2)).contains("database \"wrong\"", "3D000", "nosuchdb");
        assertThat(texts.get(3)).contains("name or service not known");
    }
}
