package dev.weir.bench.regress;

import dev.weir.bench.regress.Script.Statement;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.sql.Access;
import dev.weir.sql.Functions;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs each statement of a PostgreSQL directory {@code src/test/regress} on a standby, in a READ
 * ONLY transaction, and compares the outcome with the classification of the statement. Then it runs
 * the statement on the primary, so that the next one finds what it needs.
 */
public final class Regress implements AutoCloseable {
    /**
     * The SQLSTATE classes that mean that nothing was run: the text is wrong, or refers to
     * something that does not exist.
     */
    private static final Set<String> NOT_RUN_CLASSES = Set.of("42", "26", "34", "25", "3D", "3F");

    private static final String READ_ONLY = "25006";

    /** The scripts that end the server, or the measurement. */
    private static final Set<String> LEFT_OUT_FILES = Set.of("tablespace.sql", "misc.sql");

    private final PgCluster cluster = PgCluster.builder().replicas(1).start();
    private final PgNode standby = cluster.replica(0);
    private final Texts texts = new Texts(0);
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> falseReads = new ArrayList<>();
    private WireClient writer;
    private WireClient reader;
    private Functions functions = Functions.builder().build();

    private Regress() {
        writer = connect(cluster.primary());
        reader = connect(standby);
    }

    private static WireClient connect(PgNode node) {
        WireClient client = node.wire();
        client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
        return client;
    }

    /**
     * Runs PostgreSQL's scripts and prints the counts.
     *
     * @param args the directory {@code src/test/regress}
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args.length == 0 ? "." : args[0]);
        try (var regress = new Regress()) {
            for (Path file : schedule(directory)) {
                regress.file(file);
            }
            regress.report();
        }
    }

    /** The scripts in the order in which PostgreSQL runs them. */
    private static List<Path> schedule(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("parallel_schedule"))) {
            if (line.startsWith("test:")) {
                for (String name : line.substring(5).strip().split("\\s+", -1)) {
                    Path file = directory.resolve("sql").resolve(name + ".sql");
                    if (Files.exists(file) && !LEFT_OUT_FILES.contains(name + ".sql")) {
                        files.add(file);
                    }
                }
            }
        }
        return files;
    }

    private void file(Path file) throws IOException {
        writer.close();
        reader.close();
        writer = connect(cluster.primary());
        reader = connect(standby);
        writer.query("SET statement_timeout = '5s'; SET lock_timeout = '1s'");
        reader.query("SET statement_timeout = '5s'");
        learnFunctions();
        for (Statement statement : Script.read(file)) {
            one(statement);
        }
        System.out.println(file.getFileName() + " " + counts);
    }

    private void one(Statement statement) {
        String text = statement.text();
        String word = firstWord(text);
        if (word.equals("set") || word.equals("reset")) {
            reader.query(text);
        } else if (!text.contains(":'") && !text.contains(":\"")) {
            awaitReplay();
            judge(text);
        }
        try {
            carryOut(statement);
        } catch (RuntimeException e) {
            count("primary lost: " + e.getMessage());
            writer.close();
            writer = connect(cluster.primary());
        }
        if (word.equals("create") || word.equals("drop") || word.equals("alter")) {
            if (text.toLowerCase(Locale.ROOT).contains("function")) {
                learnFunctions();
            }
        }
    }

    private void carryOut(Statement statement) {
        if (!statement.isCopyIn()) {
            writer.query(statement.text());
            return;
        }
        writer.send(message('Q', (statement.text() + "\0").getBytes(StandardCharsets.ISO_8859_1)));
        Message first = writer.read();
        if (first.tag() == 'G') {
            byte[] data = statement.data().getBytes(StandardCharsets.ISO_8859_1);
            writer.send(message('d', data), message('c', new byte[0]));
        } else if (first.tag() == 'Z') {
            return;
        }
        writer.readUntilReady();
    }

    private static byte[] message(char tag, byte[] body) {
        ByteBuf out = Unpooled.buffer(body.length + 5);
        out.writeByte(tag).writeInt(body.length + 4).writeBytes(body);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private void awaitReplay() {
        String lsn = value(writer, "SELECT pg_catalog.pg_current_wal_insert_lsn()");
        for (int i = 0; i < 2_000 && lsn != null; i++) {
            String there =
                    value(
                            reader,
                            "SELECT pg_catalog.pg_last_wal_replay_lsn() + 64 >= '" + lsn + "'");
            if ("t".equals(there)) {
                return;
            }
        }
    }

    private static @Nullable String value(WireClient client, String sql) {
        for (Message message : client.query(sql)) {
            if (message.tag() == 'D') {
                return message.row().getFirst();
            }
        }
        return null;
    }

    /** Compares what the standby does with the text to the prediction. */
    private void judge(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Access access =
                texts.access(Unpooled.wrappedBuffer(bytes), 0, bytes.length, LexicalRules.STANDARD);
        boolean read = access.isRead(functions);
        reader.query("BEGIN READ ONLY");
        String state = "";
        try {
            for (Message message : reader.query(text)) {
                if (message.tag() == 'E' && state.isEmpty()) {
                    state = message.sqlState();
                }
            }
            reader.query("ROLLBACK");
        } catch (RuntimeException _) {
            count("standby lost");
            reader.close();
            reader = connect(standby);
            return;
        }
        count("asked");
        boolean ran =
                state.isEmpty()
                        || state.equals(READ_ONLY)
                        || !NOT_RUN_CLASSES.contains(state.substring(0, 2));
        if (!ran) {
            count("not run");
            return;
        }
        count("reached execution");
        if (state.equals(READ_ONLY)) {
            count("writes");
            if (read) {
                count("WRITES CLASSED AS READ");
                falseReads.add(text.strip());
            }
        } else if (state.isEmpty() && isQuery(text)) {
            count("true reads");
            count(read ? "true reads found" : "not found: " + why(access));
        }
    }

    private String why(Access access) {
        return access.kind() == Access.Kind.READ ? "FUNCTION" : access.veto().name();
    }

    private static boolean isQuery(String text) {
        return Set.of("select", "values", "table", "with", "(").contains(firstWord(text));
    }

    private static String firstWord(String text) {
        String bare = text.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("--[^\n]*", " ").strip();
        if (bare.startsWith("(")) {
            return "(";
        }
        return bare.split("[^A-Za-z]", 2)[0].toLowerCase(Locale.ROOT);
    }

    private void learnFunctions() {
        Functions.Builder builder = Functions.builder();
        try (WireClient client = connect(cluster.primary())) {
            for (List<@Nullable String> row : rows(client, Functions.QUERY)) {
                builder.add(String.valueOf(row.get(0)), isTrue(row.get(1)), isTrue(row.get(2)));
            }
            for (List<@Nullable String> row : rows(client, Functions.NAMES)) {
                if (row.get(2) == null) {
                    builder.addRelation(String.valueOf(row.get(0)), isTrue(row.get(3)));
                } else {
                    builder.addName(
                            row.get(0),
                            String.valueOf(row.get(1)),
                            isTrue(row.get(2)),
                            isTrue(row.get(3)));
                }
            }
        }
        functions = builder.build();
    }

    private static List<List<@Nullable String>> rows(WireClient client, String query) {
        return client.query(query).stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::row)
                .toList();
    }

    private static boolean isTrue(@Nullable String value) {
        return "t".equals(value);
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private void report() {
        counts.forEach((what, count) -> System.out.printf("%-40s %6d%n", what, count));
        falseReads.forEach(text -> System.out.println("FALSE READ: " + text));
    }

    @Override
    public void close() {
        writer.close();
        reader.close();
        cluster.close();
    }
}
