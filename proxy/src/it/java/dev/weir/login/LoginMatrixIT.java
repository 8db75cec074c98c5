package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import dev.weir.tls.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every client method with every kind of stored secret, before every server method, with and
 * without TLS on either side, in both versions of the protocol; each with the right password, a
 * wrong one, as somebody unknown, as somebody expired, and where a rule forbids it. What is to be
 * is computed from the three kinds, not listed: TLS and version change nothing. The table of what
 * happened goes to target/login-matrix.md. The short form leaves out TLS on one side only, and with
 * it protocol 3.0.
 */
class LoginMatrixIT {
    private static final String PASSWORD = "Kennwort-4";
    private static final String FORBIDDEN = "forbidden";

    /** What Weir asks of clients; each has a database entry of its name. */
    private enum Client {
        TRUST("trust"),
        PLAIN("password"),
        MD5("md5"),
        SCRAM("scram-sha-256");

        private final String word;

        Client(String word) {
            this.word = word;
        }

        String entry() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What Weir has of a user. */
    private enum Secret {
        PLAIN,
        MD5,
        SCRAM,
        /** Nothing: auth_query finds what the server has. */
        QUERY
    }

    /** What PostgreSQL asks of Weir. */
    private enum Server {
        TRUST("trust"),
        PASSWORD("password"),
        MD5("md5"),
        SCRAM("scram-sha-256");

        private final String word;

        Server(String word) {
            this.word = word;
        }

        /** What the server keeps of its users. */
        Secret keeps() {
            return this == MD5 ? Secret.MD5 : Secret.SCRAM;
        }
    }

    /** Where TLS is spoken. */
    private enum Tls {
        NONE(false, false),
        CLIENT(true, false),
        SERVER(false, true),
        BOTH(true, true);

        private final boolean isClients;
        private final boolean isServers;

        Tls(boolean isClients, boolean isServers) {
            this.isClients = isClients;
            this.isServers = isServers;
        }

        boolean isTried(int version) {
            return Rig.SOAK || this == NONE || this == BOTH && version == Wire.PROTOCOL_3_2;
        }
    }

    /** What is tried in a cell. */
    private enum Attempt {
        RIGHT,
        WRONG,
        UNKNOWN,
        EXPIRED,
        FORBIDDEN
    }

    private record Cell(Client client, Secret secret, Server server, Tls tls, int version) {
        /** The kind of secret that Weir goes by. */
        private Secret known() {
            return secret == Secret.QUERY ? server.keeps() : secret;
        }

        private boolean clientPasses(Attempt attempt) {
            boolean can =
                    switch (client) {
                        case TRUST, PLAIN, MD5 -> true;
                        case SCRAM -> known() != Secret.MD5;
                    };
            return switch (attempt) {
                case RIGHT -> can;
                case WRONG -> client == Client.TRUST;
                case UNKNOWN, FORBIDDEN -> false;
                case EXPIRED -> secret == Secret.QUERY ? client == Client.TRUST : can;
            };
        }

        /** Whether Weir has by then what opens the server. */
        private boolean serverOpens(boolean expired) {
            boolean hasSecret = !(expired && secret == Secret.QUERY);
            boolean wasShown = client == Client.PLAIN;
            return switch (server) {
                case TRUST -> true;
                case PASSWORD ->
                        !expired && (known() == Secret.PLAIN || wasShown && known() == Secret.MD5);
                case MD5 ->
                        !expired && hasSecret && (known() == Secret.PLAIN || known() == Secret.MD5);
                case SCRAM ->
                        !expired
                                && (known() == Secret.PLAIN
                                        || known() == Secret.MD5 && wasShown
                                        || known() == Secret.SCRAM && client != Client.TRUST);
            };
        }

        boolean passes(Attempt attempt) {
            return clientPasses(attempt) && serverOpens(attempt == Attempt.EXPIRED);
        }

        String user(Attempt attempt) {
            String prefix =
                    switch (attempt) {
                        case UNKNOWN -> "nobody_";
                        case EXPIRED -> "old_";
                        case RIGHT, WRONG, FORBIDDEN -> "user_";
                    };
            return userOf(prefix, secret, server);
        }
    }

    private static String userOf(String prefix, Secret secret, Server server) {
        return (prefix + secret + "_" + server).toLowerCase(Locale.ROOT);
    }

    @TempDir private static Path folder;

    private static final Map<Cell, String> rows = new LinkedHashMap<>();

    private static PgCluster cluster;
    private static TestAuthority authority;
    private static TestAuthority.Issued certificate;
    private static Rig plain;
    private static Rig encrypting;

    @BeforeAll
    static void start() throws IOException {
        authority = TestAuthority.in(folder, "authority");
        certificate = authority.server("server");
        var builder =
                PgCluster.builder()
                        .tls(certificate.certificate(), certificate.key())
                        .setting("max_connections", "300")
                        .hba("host all postgres 127.0.0.1/32 trust");
        for (Server server : Server.values()) {
            String users = "/^(user|old)_[a-z0-9]+_" + server.name().toLowerCase(Locale.ROOT) + "$";
            builder.hba("host all " + users + " 127.0.0.1/32 " + server.word);
        }
        cluster = builder.start();
        PgNode node = cluster.primary();
        var users = new StringBuilder();
        for (Server server : Server.values()) {
            for (Secret secret : Secret.values()) {
                for (String prefix : List.of("user_", "old_")) {
                    user(node, userOf(prefix, secret, server), prefix, secret, server, users);
                }
            }
        }
        plain = weir(node, users.toString(), "disable");
        encrypting = weir(node, users.toString(), "verify-full");
    }

    private static void user(
            PgNode node,
            String user,
            String prefix,
            Secret secret,
            Server server,
            StringBuilder file) {
        String until = prefix.equals("old_") ? "2001-01-01" : "infinity";
        String kept = verifier(node, user, server.keeps());
        node.execute("alter role " + user + " valid until '" + until + "'");
        String stored =
                switch (secret) {
                    case PLAIN -> PASSWORD;
                    case QUERY -> null;
                    case MD5, SCRAM ->
                            secret == server.keeps() ? kept : verifier(node, user + "_x", secret);
                };
        if (stored != null) {
            // An md5 secret is salted with the name.
            String own = secret == Secret.MD5 ? md5(node, user) : stored;
            file.append("\"%s\" \"%s\"\n".formatted(user, own));
        }
    }

    private static String md5(PgNode node, String user) {
        return node.queryText("select 'md5' || md5('" + PASSWORD + user + "')");
    }

    /** Makes a role; what the server keeps of its password. */
    private static String verifier(PgNode node, String role, Secret kind) {
        String how = kind == Secret.MD5 ? "md5" : "scram-sha-256";
        node.execute(
                "set password_encryption = '%s'; create role %s login password '%s'"
                        .formatted(how, role, PASSWORD));
        return node.queryText("select rolpassword from pg_authid where rolname = '" + role + "'");
    }

    private static Rig weir(PgNode node, String users, String serverMode) {
        var entries = new StringBuilder();
        var rules = new StringBuilder("host " + FORBIDDEN + " all all reject\n");
        String at = " = host=" + node.host() + " port=" + node.port() + " dbname=postgres\n";
        entries.append(FORBIDDEN).append(at);
        for (Client client : Client.values()) {
            entries.append(client.entry()).append(at);
            rules.append("host %s all all %s\n".formatted(client.entry(), client.word));
        }
        return Rig.with(
                entries.toString(),
                "auth_type = hba",
                "auth_hba_file = " + LoginAttempt.write(folder.resolve("hba"), rules.toString()),
                "auth_file = " + LoginAttempt.write(folder.resolve("users"), users),
                "auth_user = postgres",
                "auth_failure_delay = 0",
                "server_allow_cleartext = 1",
                "server_tls_sslmode = " + serverMode,
                "server_tls_ca_file = " + authority.file(),
                "client_tls_sslmode = allow",
                "client_tls_cert_file = " + certificate.certificate(),
                "client_tls_key_file = " + certificate.key());
    }

    @AfterAll
    static void stop() throws IOException {
        plain.close();
        encrypting.close();
        cluster.close();
        print();
    }

    private static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Client client : Client.values()) {
            for (Secret secret : Secret.values()) {
                for (Server server : Server.values()) {
                    cells(client, secret, server, cells);
                }
            }
        }
        return cells;
    }

    private static void cells(Client client, Secret secret, Server server, List<Cell> into) {
        for (Tls tls : Tls.values()) {
            for (int version : new int[] {Wire.PROTOCOL_3_0, Wire.PROTOCOL_3_2}) {
                if (tls.isTried(version)) {
                    into.add(new Cell(client, secret, server, tls, version));
                }
            }
        }
    }

    @TestFactory
    List<DynamicTest> eachCell() {
        return cells().stream()
                .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> check(cell)))
                .toList();
    }

    private static void check(Cell cell) {
        var row = new StringBuilder();
        for (Attempt attempt : Attempt.values()) {
            String answer = answer(cell, attempt);
            row.append(' ').append(answer.replaceAll("^E (\\S+)(?s:.*)", "$1")).append(" |");
            rows.put(cell, row.toString());
            assertThat(answer.equals(LoginAttempt.IN))
                    .as("%s %s: %s", cell, attempt, answer)
                    .isEqualTo(cell.passes(attempt));
            if (attempt == Attempt.FORBIDDEN) {
                assertThat(answer).contains("28000", "rejects");
            } else if (!cell.clientPasses(attempt)) {
                boolean isTrusted = cell.client == Client.TRUST; // so that no password is wrong
                assertThat(answer).contains(isTrusted ? "28000" : "28P01", cell.user(attempt));
            }
        }
    }

    private static String answer(Cell cell, Attempt attempt) {
        String database = attempt == Attempt.FORBIDDEN ? FORBIDDEN : cell.client.entry();
        String user = cell.user(attempt);
        try (WireClient client = connect(cell.tls)) {
            client.startup(cell.version, Map.of("user", user, "database", database));
            client.authenticate(user, attempt == Attempt.WRONG ? "wrong" : PASSWORD);
            client.query("select 1");
            return LoginAttempt.IN;
        } catch (ServerError e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static WireClient connect(Tls tls) {
        Rig rig = tls.isServers ? encrypting : plain;
        return tls.isClients
                ? TlsClient.to(rig.port(), authority, null).negotiated()
                : rig.connect();
    }

    private static void print() throws IOException {
        var table = new StringBuilder("| client | secret | server | TLS | protocol |");
        for (Attempt attempt : Attempt.values()) {
            table.append(' ').append(attempt.name().toLowerCase(Locale.ROOT)).append(" |");
        }
        table.append("\n|---|---|---|---|---|---|---|---|---|---|\n");
        rows.forEach((cell, row) ->
                table.append(
                        "| %s | %s | %s | %s | 3.%d |%s%n"
                                .formatted(
                                        cell.client,
                                        cell.secret,
                                        cell.server,
                                        cell.tls,
                                        cell.version & 0xff,
                                        row)));
        Files.writeString(Path.of("target", "login-matrix.md"), table.toString());
    }
}
