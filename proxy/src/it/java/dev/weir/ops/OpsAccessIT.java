package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.weir.admin.ConsoleService;
import dev.weir.pgkit.PgNode;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import dev.weir.support.TestAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may do what at the operations port: each path, by each method, for each kind of user, in the
 * clear and encrypted. What no answer and no line of a log may contain is looked for in all of
 * them.
 */
@NullMarked
final class OpsAccessIT {
    /** Whom a path answers. */
    private enum For {
        ANYBODY,
        LOOKERS,
        BOSSES
    }

    /** A method that a path has, and whom it answers. */
    private record Way(String method, For whom) {}

    /** All of them, as the port itself lists them; a prefix stands for a path below. */
    private static final Map<String, Way> WAYS =
            Map.ofEntries(
                    Map.entry("/livez", new Way("GET", For.ANYBODY)),
                    Map.entry("/readyz", new Way("GET", For.ANYBODY)),
                    Map.entry("/startupz", new Way("GET", For.ANYBODY)),
                    Map.entry("/web/", new Way("GET", For.ANYBODY)),
                    Map.entry("/metrics", new Way("GET", For.LOOKERS)), // metrics_auth = 1
                    Map.entry("/", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/me", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/history", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/events", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/check", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/show", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/show/", new Way("GET", For.LOOKERS)),
                    Map.entry("/api/command", new Way("POST", For.LOOKERS)),
                    Map.entry("/hold", new Way("POST", For.BOSSES)),
                    Map.entry("/release", new Way("POST", For.BOSSES)));

    /** What a request asks for below a prefix, or needs in order to succeed. */
    private static final Map<String, String> EXAMPLES =
            Map.of(
                    "/web/", "/web/app.js",
                    "/api/show/", "/api/show/pools",
                    "/hold", "/hold?database=app&wait=5",
                    "/release", "/release?database=app");

    private static final List<String> METHODS =
            List.of(
                    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get",
                    "BREW");

    /** Each secret begins with it, so that a part of one is found, too. */
    private static final String SECRET = "Gc7w";

    private static final String BOSS = SECRET + "boss";
    private static final String LOOKER = SECRET + "looker";
    private static final String ORDINARY = SECRET + "ordinary";
    private static final String TOKEN_OF_BOSS = SECRET + "token-of-boss";
    private static final String TOKEN_OF_LOOKER = SECRET + "token-of-looker";
    private static final String SET = SECRET + "set";
    private static final String MISTYPED = SECRET + "mistyped";

    /** Who asks. */
    private enum Who {
        NOBODY(null, null),
        BOSS_HIMSELF(Http.basic("boss", BOSS), For.BOSSES),
        LOOKER_HERSELF(Http.basic("looker", LOOKER), For.LOOKERS),
        ORDINARY_USER(Http.basic("postgres", ORDINARY), For.ANYBODY),
        WRONG_PASSWORD(Http.basic("boss", LOOKER), null),
        NO_PASSWORD(Http.basic("boss", ""), null),
        STRANGER(Http.basic("stranger", BOSS), null),
        SIMILAR_NAME(Http.basic("Boss", BOSS), null),
        BOSS_TOKEN("Bearer " + TOKEN_OF_BOSS, For.BOSSES),
        LOOKER_TOKEN("bearer  " + TOKEN_OF_LOOKER, For.LOOKERS),
        WRONG_TOKEN("Bearer " + BOSS, null),
        HASH_OF_TOKEN("Bearer " + sha256(TOKEN_OF_BOSS), null),
        TOKEN_AS_PASSWORD(Http.basic("boss", TOKEN_OF_BOSS), null),
        NO_TOKEN("Bearer ", null),
        DIGEST("Digest username=\"boss\", response=\"" + BOSS + '"', null),
        NOT_BASE64("Basic " + BOSS + ":%", null),
        NO_COLON("Basic Ym9zcw==", null),
        ZERO_BYTE(Http.basic("boss\0", BOSS), null),
        EMPTY("", null);

        private final @Nullable String authorization;

        /** What they are known to be; null if nobody has proved anything. */
        private final @Nullable For proved;

        Who(@Nullable String authorization, @Nullable For proved) {
            this.authorization = authorization;
            this.proved = proved;
        }

        /** Whether a name and a password, or a token, can be read from the header at all. */
        boolean isReadable() {
            return switch (this) {
                case NOBODY, NO_TOKEN, DIGEST, NOT_BASE64, NO_COLON, ZERO_BYTE, EMPTY -> false;
                default -> true;
            };
        }
    }

    /** How the request comes. */
    private enum Channel {
        CLEAR("127.0.0.1"),
        CLEAR_BY_NAME("weir.example"),
        ENCRYPTED("weir.example");

        private final String host;

        Channel(String host) {
            this.host = host;
        }
    }

    private final List<String> answers = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    @TempDir private Path directory;

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Path audit() {
        return directory.resolve("audit.json");
    }

    private Rig start(int port, String... more) throws IOException {
        Path users =
                Files.writeString(
                        directory.resolve("users.txt"),
                        "\"boss\" \"%s\"\n\"looker\" \"%s\"\n\"postgres\" \"%s\"\n"
                                .formatted(BOSS, LOOKER, ORDINARY));
        Path tokens =
                Files.writeString(
                        directory.resolve("tokens"),
                        "deploy admin %s\nboss stats %s\n"
                                .formatted(sha256(TOKEN_OF_BOSS), sha256(TOKEN_OF_LOOKER)));
        PgNode server = Rig.postgres();
        List<String> settings =
                new ArrayList<>(
                        List.of(
                                "auth_type = scram-sha-256",
                                "auth_file = " + users,
                                "ops_tokens_file = " + tokens,
                                "otlp_headers = key=" + SECRET + "otlp",
                                "admin_users = boss",
                                "stats_users = looker",
                                "auth_failure_delay = 0",
                                "max_failed_logins = 0",
                                "metrics_auth = 1",
                                "metrics_compat = pgbouncer",
                                "auth_ldap_options = ldapserver=127.0.0.1 ldapbindpasswd="
                                        + SECRET
                                        + "ldap",
                                "server_tls_key_passphrase = " + SECRET + "server",
                                "audit = admin,connection",
                                "audit_file = " + audit(),
                                "statements_max = 100",
                                "monitor_user = postgres",
                                "ops_port = " + port));
        settings.addAll(List.of(more));
        return Rig.with(
                "app = host=%s port=%d dbname=postgres password=%sserver%n"
                                .formatted(server.host(), server.port(), SECRET)
                        + "far = nodes=127.0.0.1:1 dbname=postgres patroni=http://u:%spatroni@127.0.0.1:1"
                                .formatted(SECRET),
                settings.toArray(String[]::new));
    }

    @Test
    void answersEachPathToThoseWhomItIsFor() throws Exception {
        TestAuthority authority = TestAuthority.in(directory, "authority");
        TestAuthority.Issued issued = authority.server("server");
        try (LogLines lines = LogLines.beginAt(Level.DEBUG)) {
            int clear = Http.freePort();
            try (Rig _ = start(clear)) {
                walk(Channel.CLEAR, () -> RawHttp.connect(clear));
                walk(Channel.CLEAR_BY_NAME, () -> RawHttp.connect(clear));
                commands(clear);
            }
            int encrypted = Http.freePort();
            try (Rig _ =
                    start(
                            encrypted,
                            "ops_tls = 1",
                            "client_tls_sslmode = allow",
                            "client_tls_cert_file = " + issued.certificate(),
                            "client_tls_key_file = " + issued.key())) {
                walk(
                        Channel.ENCRYPTED,
                        () -> RawHttp.connect(encrypted, MetricsIT.trusting(authority)));
                try (RawHttp inTheClear = RawHttp.connect(encrypted)) {
                    inTheClear.get("/livez").awaitEnd(); // no answer in the clear
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(answers).hasSizeGreaterThan(3_000).noneMatch(one -> one.contains(SECRET));
            assertThat(lines.all()).isNotEmpty().noneMatch(one -> one.contains(SECRET));
        }
        assertThat(Files.readString(audit()))
                .contains("\"outcome\":\"failure\"", "RECONNECT", "token:deploy")
                .doesNotContain(SECRET);
    }

    private interface Connecting {
        RawHttp connect() throws Exception;
    }

    // --- each path, method and user -----------------------------------------------------------

    private void walk(Channel channel, Connecting to) throws Exception {
        RawHttp http = to.connect();
        for (String path : paths(http, channel)) {
            Way way = WAYS.get(path);
            assertThat(way).as("a new path, that this test knows nothing of: " + path).isNotNull();
            for (String method : METHODS) {
                for (Who who : askers(method)) {
                    for (boolean isGuarded : method.equals("POST") ? BOTH : ONE) {
                        RawHttp.Reply reply = ask(http, channel, path, method, who, isGuarded);
                        int status = status(way, path, method, who, channel, isGuarded);
                        if (reply.status() != status || !isSound(reply)) {
                            wrong.add(
                                    "%s %s by %s, %s, guard %s, expected: %d, but was: %s"
                                            .formatted(
                                                    method, path, who, channel, isGuarded, status,
                                                    reply));
                        }
                        if (!"keep-alive".equals(reply.headers().get("connection"))) {
                            http.close();
                            http = to.connect();
                        }
                    }
                }
            }
        }
        http.close();
    }

    /** A method that no path has is refused before anybody is asked who he is. */
    private static List<Who> askers(String method) {
        return Rig.SOAK || List.of("GET", "HEAD", "POST").contains(method)
                ? List.of(Who.values())
                : List.of(Who.NOBODY, Who.BOSS_HIMSELF);
    }

    private static final boolean[] BOTH = {true, false};
    private static final boolean[] ONE = {true};

    /** Those that the port names to whoever asks for one that it has not. */
    private List<String> paths(RawHttp http, Channel channel) {
        RawHttp.Reply reply = ask(http, channel, "/none", "GET", Who.NOBODY, true);
        Matcher expected = Pattern.compile("\"expected\":\"([^\"]*)\"").matcher(reply.body());
        assertThat(expected.find()).as(reply.body()).isTrue();
        List<String> paths = List.of(expected.group(1).split(", ", -1));
        assertThat(paths).containsExactlyInAnyOrderElementsOf(WAYS.keySet());
        return paths;
    }

    private RawHttp.Reply ask(
            RawHttp http, Channel channel, String path, String method, Who who, boolean isGuarded) {
        String body = path.equals("/api/command") ? "RECONNECT app" : "";
        String authorization = who.authorization;
        http.send(
                method
                        + ' '
                        + EXAMPLES.getOrDefault(path, path)
                        + " HTTP/1.1\r\nHost: "
                        + channel.host
                        + "\r\n"
                        + (authorization == null ? "" : "Authorization: " + authorization + "\r\n")
                        + (isGuarded ? "X-Weir-Command: 1\r\n" : "")
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body);
        RawHttp.Reply reply = http.read(!method.equals("HEAD"));
        answers.add(reply.toString());
        return reply;
    }

    private static int status(
            Way way, String path, String method, Who who, Channel channel, boolean isGuarded) {
        boolean isHead = method.equals("HEAD") && way.method.equals("GET");
        if (!method.equals(way.method) && !isHead) {
            return 405;
        } else if (path.equals("/readyz")) {
            return 503; // nobody has used app yet, and far has no server
        } else if (way.whom == For.ANYBODY) {
            return 200;
        } else if (!who.isReadable()) {
            return 401;
        } else if (channel == Channel.CLEAR_BY_NAME) {
            return 403;
        } else if (who.proved == null) {
            return 401;
        } else if (who.proved.compareTo(way.whom) < 0) {
            return 403;
        } else if (method.equals("POST") && !isGuarded) {
            return 403;
        } else if (path.equals("/api/command") && who.proved != For.BOSSES) {
            return 403; // the console's own rule
        } else if (path.equals("/release") && who == Who.BOSS_TOKEN) {
            return 400; // the boss has released it already
        } else {
            return 200;
        }
    }

    /** Whether the headers are as those of every answer. */
    private static boolean isSound(RawHttp.Reply reply) {
        Map<String, String> headers = reply.headers();
        String policy = headers.getOrDefault("content-security-policy", "") + ';';
        return headers.entrySet().containsAll(FIXED.entrySet())
                && policy.contains("default-src 'none';")
                && !LAX.matcher(policy).find()
                && headers.containsKey("www-authenticate") == (reply.status() == 401)
                && headers.containsKey("allow") == (reply.status() == 405)
                && headers.keySet().stream().noneMatch(OpsAccessIT::isTelling);
    }

    private static final Map<String, String> FIXED =
            Map.of(
                    "x-content-type-options", "nosniff",
                    "cache-control", "no-store",
                    "referrer-policy", "no-referrer",
                    "cross-origin-resource-policy", "same-origin");

    private static final Pattern LAX = Pattern.compile("unsafe|\\*|https?:|data:|blob:");

    private static boolean isTelling(String header) {
        return header.startsWith("access-control")
                || List.of("set-cookie", "server", "x-powered-by").contains(header);
    }

    // --- secrets ------------------------------------------------------------------------------

    /** All that can be shown, and commands with a secret in them, well-formed or not. */
    private void commands(int port) {
        var texts = new ArrayList<String>();
        for (String topic : ConsoleService.topics()) {
            texts.add("SHOW " + topic);
        }
        for (String setting :
                List.of(
                        "client_tls_key_passphrase",
                        "server_tls_key_passphrase",
                        "auth_ldap_options",
                        "otlp_headers",
                        "server_tls_key_pasphrase")) {
            for (String form :
                    List.of("%s = '%s'", "%s TO %s", "%s=%s x", "%s %s", "\"%s\"='%s'")) {
                // An answer may repeat what was wrong with a command, but not what was right.
                texts.add("SET " + form.formatted(setting, SET));
            }
        }
        texts.add("SETT client_tls_key_passphrase = " + MISTYPED);
        texts.add("RELOAD");
        try (RawHttp http = RawHttp.connect(port)) {
            for (String text : texts) {
                byte[] body = text.getBytes(StandardCharsets.UTF_8);
                http.send(
                        String.join(
                                "\r\n",
                                "POST /api/command HTTP/1.1",
                                "Host: 127.0.0.1",
                                "X-Weir-Command: 1",
                                "Authorization: " + Who.BOSS_HIMSELF.authorization,
                                "Content-Length: " + body.length,
                                "",
                                ""));
                http.send(body);
                RawHttp.Reply reply = http.read();
                if (reply.status() >= 500 || !isSound(reply)) {
                    wrong.add(text + ": " + reply);
                }
                answers.add(
                        reply.status() == 400
                                ? reply.body().replace(SET, "").replace(MISTYPED, "")
                                : reply.body());
            }
        }
    }
}
