package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way of PostgreSQL to ask for a proof, and each kind of secret that Weir can have. */
class ServerLoginIT {
    private static final String PASSWORD = "p\u00e4ss 'word";
    private static final Map<PgVersion, PgCluster> CLUSTERS = new EnumMap<>(PgVersion.class);

    @TempDir private Path directory;

    private static synchronized PgNode node(PgVersion version) {
        return CLUSTERS.computeIfAbsent(version, ServerLoginIT::start).primary();
    }

    private static PgCluster start(PgVersion version) {
        PgCluster cluster =
                PgCluster.builder()
                        .version(version)
                        .hba("host all trusted 127.0.0.1/32 trust")
                        .hba("host all plain 127.0.0.1/32 password")
                        .hba("host all md5 127.0.0.1/32 md5")
                        .hba("host all verifier 127.0.0.1/32 md5")
                        .hba("host all scram 127.0.0.1/32 scram-sha-256")
                        .hba("host all rejected 127.0.0.1/32 reject")
                        .hba("host all all 127.0.0.1/32 trust")
                        .start();
        String quoted = PASSWORD.replace("'", "''");
        for (String user : new String[] {"trusted", "plain", "verifier", "scram", "rejected"}) {
            cluster.primary().execute("create role " + user + " login password '" + quoted + "'");
        }
        cluster.primary()
                .execute(
                        "set password_encryption = 'md5'; create role md5 login password '"
                                + quoted
                                + "'");
        return cluster;
    }

    @AfterAll
    static void stop() {
        CLUSTERS.values().forEach(PgCluster::close);
        CLUSTERS.clear();
    }

    /** Where Weir has the secret from. */
    enum Origin {
        ENTRY,
        PASSWORD_FILE,
        USERS_PASSWORD_FILE,
        FILE_PLAIN,
        FILE_STORED,
        AUTH_QUERY,
        NOWHERE
    }

    static Stream<Arguments> cells() {
        return Stream.of(PgVersion.V18, PgVersion.V15)
                .flatMap(version ->
                        Stream.of("trusted", "plain", "md5", "verifier", "scram")
                                .flatMap(user ->
                                        Stream.of(Origin.values())
                                                .map(origin ->
                                                        Arguments.of(version, user, origin))));
    }

    /** A client proves its password to Weir, by SCRAM where it can, and Weir to PostgreSQL. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("cells")
    void logsInWithWhatItHas(PgVersion version, String user, Origin origin) throws IOException {
        assumeThat(version.available()).isTrue();
        try (Rig rig = rig(version, user, origin, PASSWORD)) {
            String problem = problem(user, origin);
            if (problem.isEmpty()) {
                try (WireClient client = login(rig, user)) {
                    assertThat(client.query("select current_user"))
                            .extracting(Object::toString)
                            .contains("D " + user);
                }
            } else {
                assertThatThrownBy(() -> login(rig, user))
                        .isInstanceOf(ServerError.class)
                        .hasMessageContaining(problem);
            }
        }
    }

    /** What PostgreSQL demands and the origin does not give; empty if all is well. */
    private static String problem(String user, Origin origin) {
        boolean asks = !user.equals("trusted");
        boolean isStored = origin == Origin.FILE_STORED || origin == Origin.AUTH_QUERY;
        if (asks && origin == Origin.NOWHERE) {
            return "and Weir has no password (in password, password_file, auth_file, auth_query)";
        }
        if (user.equals("plain") && isStored) {
            return "for a plain-text login, and Weir has only the SCRAM key of a client's login";
        }
        return "";
    }

    static Stream<Arguments> wrongCells() {
        return Stream.of(PgVersion.V18, PgVersion.V15)
                .flatMap(version ->
                        Stream.of("plain", "md5", "verifier", "scram")
                                .flatMap(user ->
                                        Stream.of(
                                                        Origin.ENTRY,
                                                        Origin.PASSWORD_FILE,
                                                        Origin.USERS_PASSWORD_FILE,
                                                        Origin.FILE_PLAIN,
                                                        Origin.FILE_STORED)
                                                .map(origin ->
                                                        Arguments.of(version, user, origin))));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("wrongCells")
    void tellsTheServersOwnErrorIfThePasswordIsWrong(PgVersion version, String user, Origin origin)
            throws IOException {
        assumeThat(version.available()).isTrue();
        try (Rig rig = rig(version, user, origin, "wrong")) {
            boolean clientsToo = origin == Origin.FILE_PLAIN || origin == Origin.FILE_STORED;
            assertThatThrownBy(() -> rig.connect().login(user, "app", clientsToo ? "wrong" : null))
                    .isInstanceOf(ServerError.class)
                    .hasMessageContaining("28P01")
                    .hasMessageContaining("user \"" + user + "\"");
        }
    }

    private WireClient login(Rig rig, String user) {
        WireClient client = rig.connect();
        client.login(user, "app", PASSWORD);
        return client;
    }

    private Rig rig(PgVersion version, String user, Origin origin, String password)
            throws IOException {
        PgNode node = node(version);
        Path secret = Files.writeString(directory.resolve("secret"), password + "\n");
        String stored =
                password.equals(PASSWORD)
                        ? node.queryText(
                                "select rolpassword from pg_authid where rolname='" + user + "'")
                        : "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$"
                                + "A".repeat(43)
                                + "=:"
                                + "A".repeat(43)
                                + "=";
        String line =
                switch (origin) {
                    case FILE_PLAIN -> quoted(user, password);
                    case FILE_STORED -> quoted(user, stored);
                    default -> quoted("somebody", "else");
                };
        Path users = Files.writeString(directory.resolve("users"), line);
        String quoted = "'" + password.replace("'", "''") + "'";
        String entry =
                switch (origin) {
                    case ENTRY -> " user=" + user + " password=" + quoted;
                    case PASSWORD_FILE -> " user=" + user + " password_file=" + secret;
                    default -> "";
                };
        boolean clientProves =
                origin == Origin.FILE_PLAIN
                        || origin == Origin.FILE_STORED
                        || origin == Origin.AUTH_QUERY;
        return Rig.with(
                "app = host=127.0.0.1 port=" + node.port() + " dbname=postgres" + entry,
                "auth_type = " + (clientProves ? "md5" : "any"),
                "auth_file = " + users,
                "server_allow_cleartext = 1",
                origin == Origin.AUTH_QUERY ? "auth_user = postgres" : "",
                "[users]",
                origin == Origin.USERS_PASSWORD_FILE ? user + " = password_file=" + secret : "");
    }

    private static String quoted(String user, String secret) {
        return '"' + user + "\" \"" + secret + "\"\n";
    }
}
