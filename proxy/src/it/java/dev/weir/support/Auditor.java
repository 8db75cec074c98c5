package dev.weir.support;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Shows all that a session can show of itself, asked by a client that has set nothing: on a
 * connection of a pool that must be what it is on a new one.
 */
public final class Auditor {
    /** Custom settings that the tests use: PostgreSQL lists them nowhere. */
    public static final List<String> CUSTOM =
            List.of("app.tenant", "app.other", "my.x", "my.hidden", "request.claims");

    /** What may be the name of a custom setting in a text. */
    private static final Pattern DOTTED = Pattern.compile("\\b[A-Za-z_]\\w*\\.[A-Za-z_]\\w*\\b");

    /** So many names are asked for, so that the question is read by Weir as any other text. */
    private static final int NAMES_MAX = 200;

    /** What a client may ask a replica through a Weir that routes, beside settings by SHOW. */
    private static final Set<String> ON_A_REPLICA = Set.of("settings", "statements", "cursors");

    /** By its port one knows a node; it is never what PostgreSQL takes by default. */
    private static final Pattern PORT = Pattern.compile("D port\\|(\\d+)\\|.*");

    /** The seed of random() that tests set. */
    public static final String SEED = "0.25";

    private static final int SERIES_LENGTH = 50;

    private static final Map<String, String> QUESTIONS = new TreeMap<>();

    static {
        QUESTIONS.put(
                "settings",
                """
                select name, setting, source, reset_val from pg_catalog.pg_settings
                 where source <> 'default' and name not in ('transaction_isolation', 'transaction_read_only',
                 'transaction_deferrable', 'seed') order by name
                """);
        QUESTIONS.put(
                "users",
                "select session_user, current_user, pg_catalog.current_setting('role'),"
                        + " pg_catalog.current_schemas(false)");
        QUESTIONS.put(
                "objects",
                Stream.of(
                                "pg_class where relnamespace",
                                "pg_type where typnamespace",
                                "pg_proc where pronamespace",
                                "pg_operator where oprnamespace",
                                "pg_collation where collnamespace",
                                "pg_ts_config where cfgnamespace",
                                "pg_ts_dict where dictnamespace",
                                "pg_opclass where opcnamespace",
                                "pg_conversion where connamespace")
                        .map(table ->
                                "select tableoid::pg_catalog.regclass, oid from pg_catalog.%s"
                                        .formatted(table))
                        .map(select ->
                                select + " operator(pg_catalog.=) pg_catalog.pg_my_temp_schema()")
                        .collect(Collectors.joining(" union all ")));
        QUESTIONS.put(
                "statements",
                "select name from pg_catalog.pg_prepared_statements where name not like 'weir%'");
        QUESTIONS.put("cursors", "select name from pg_catalog.pg_cursors where name <> ''");
        QUESTIONS.put("channels", "select pg_catalog.pg_listening_channels()");
        QUESTIONS.put(
                "locks",
                "select classid, objid, objsubid, mode from pg_catalog.pg_locks where locktype ="
                        + " 'advisory' and pid = pg_catalog.pg_backend_pid()");
    }

    private static final String READ_ONLY = "begin read only";

    private final Rig rig;
    private final List<String> beginnings;
    private final Map<String, Map<String, List<String>>> fresh = new HashMap<>();
    private final List<String> series = new ArrayList<>();

    /**
     * Audits the connections of the superuser's pools.
     *
     * @param replicas whether there are connections to replicas, too
     */
    public Auditor(Rig rig, boolean replicas) {
        this.rig = rig;
        this.beginnings = replicas ? List.of("begin", READ_ONLY) : List.of("begin");
    }

    /**
     * What those find who come next, on every connection of each pool.
     *
     * @param said what was said, in which names of custom settings may stand
     */
    public List<String> left(String said) {
        var names = new TreeSet<>(CUSTOM);
        DOTTED.matcher(said).results().limit(NAMES_MAX).forEach(name -> names.add(name.group()));
        var all = new ArrayList<String>();
        rig.connectionsOf(PgNode.USER)
                .forEach((database, connections) -> {
                    for (String begin : beginnings) {
                        all.addAll(left(database, connections, begin, names));
                    }
                });
        return all;
    }

    private List<String> left(
            String database, int connections, String begin, Collection<String> names) {
        var all = new ArrayList<String>();
        var clients = new ArrayList<WireClient>();
        try {
            for (int i = 0; i < connections; i++) {
                WireClient client = rig.client(PgNode.USER, database);
                clients.add(client);
                if (connections > 1 || beginnings.size() > 1) {
                    client.query(begin); // all keep theirs until the last one was asked
                }
                all.addAll(
                        begin.equals(READ_ONLY)
                                ? leftOnReplica(database, names, client)
                                : left(database, names, client));
            }
        } finally {
            clients.forEach(WireClient::close);
        }
        rig.awaitIdle();
        return all;
    }

    private List<String> left(String database, Collection<String> names, WireClient client) {
        String random = random(client); // first: the dump fails at its end, and so does a block
        Map<String, List<String>> now = dump(client, names);
        List<String> all = differences(fresh(database, port(now)), now);
        if (series().contains(random)) {
            all.add("random: a seed that a client has set");
        }
        return all;
    }

    private List<String> leftOnReplica(
            String database, Collection<String> names, WireClient client) {
        var questions = new TreeMap<>(QUESTIONS);
        questions.keySet().retainAll(ON_A_REPLICA);
        Map<String, List<String>> now = ask(client, questions);
        Map<String, List<String>> fresh = new TreeMap<>(fresh(database, port(now)));
        fresh.keySet().retainAll(ON_A_REPLICA);
        List<String> all = differences(fresh, now);
        for (String name : names) {
            client.send(
                    Wire.query("savepoint a"),
                    Wire.query("show " + name),
                    Wire.query("rollback to a"));
            rows(client.readUntilReady(3)).stream()
                    .filter(row -> !row.equals("D "))
                    .forEach(row -> all.add(name + ": " + row));
        }
        return all;
    }

    private static int port(Map<String, List<String>> dump) {
        return dump.getOrDefault("settings", List.of()).stream()
                .map(PORT::matcher)
                .filter(Matcher::matches)
                .mapToInt(row -> Integer.parseInt(row.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no port in " + dump));
    }

    private Map<String, List<String>> fresh(String database, int port) {
        return fresh.computeIfAbsent(
                port + "/" + database,
                key -> {
                    try (WireClient direct = WireClient.connect(rig.node().host(), port)) {
                        direct.login(PgNode.USER, database, PgNode.PASSWORD);
                        return dump(direct);
                    }
                });
    }

    /** What a session that was seeded with {@link #SEED} gets from random(). */
    private List<String> series() {
        if (series.isEmpty()) {
            try (WireClient direct = rig.direct()) {
                series.addAll(series(direct));
            }
        }
        return series;
    }

    /** What a session that is seeded with {@link #SEED} gets from random(). */
    public static List<String> series(WireClient client) {
        client.query("select pg_catalog.setseed(" + SEED + ")");
        return Stream.generate(() -> random(client)).limit(SERIES_LENGTH).toList();
    }

    /** What the session of {@code client} is, question by question. */
    public static Map<String, List<String>> dump(WireClient client) {
        return dump(client, CUSTOM);
    }

    private static Map<String, List<String>> dump(WireClient client, Collection<String> names) {
        var questions = new TreeMap<>(QUESTIONS);
        for (String name : names) {
            questions.put(
                    name,
                    "select v from pg_catalog.current_setting('%s', true) as v where v <> ''"
                            .formatted(name));
        }
        Map<String, List<String>> all = ask(client, questions);
        all.put("sequences", rows(client.query("select lastval()"))); // fails where all is well
        return all;
    }

    private static Map<String, List<String>> ask(
            WireClient client, SortedMap<String, String> questions) {
        var all = new TreeMap<String, List<String>>();
        var order = new ArrayDeque<>(questions.keySet());
        for (Message message : client.query(String.join(";", questions.values()))) {
            switch (message.tag()) {
                case 'D' ->
                        all.computeIfAbsent(order.element(), question -> new ArrayList<>())
                                .add(message.summary());
                case 'C' -> order.remove();
                case 'E' -> throw new AssertionError(order.element() + ": " + message.summary());
                default -> {}
            }
        }
        return all;
    }

    private static List<String> rows(List<Message> answer) {
        return answer.stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::summary)
                .toList();
    }

    /**
     * What {@code now} has and {@code fresh} has not, and the other way round. A library stays
     * loaded, with its settings; that harms nobody.
     */
    public static List<String> differences(
            Map<String, List<String>> fresh, Map<String, List<String>> now) {
        var all = new ArrayList<String>();
        var questions = new TreeSet<>(fresh.keySet());
        questions.addAll(now.keySet());
        for (String question : questions) {
            List<String> before = fresh.getOrDefault(question, List.of());
            List<String> after = now.getOrDefault(question, List.of());
            after.stream()
                    .filter(row -> !before.contains(row) && !row.startsWith("D plpgsql."))
                    .forEach(row -> all.add(question + ": " + row));
            before.stream()
                    .filter(row -> !after.contains(row))
                    .forEach(row -> all.add(question + ", not there: " + row));
        }
        return all;
    }

    /** The next value of random(), to be compared with those of a series. */
    public static String random(WireClient client) {
        return rows(client.query("select pg_catalog.random()")).getFirst();
    }
}
