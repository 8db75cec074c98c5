package dev.weir.beside;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.StopMode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The steps of a {@link Trial}, carried out on one of the two.
 *
 * <pre>
 * login NAME USER DATABASE [password=P] [PARAMETER=VALUE …]
 * ask NAME SQL       sends, and waits for the answer
 * send NAME SQL      sends
 * answer NAME        waits for the answer to what was sent
 * close NAME
 * admin COMMAND      as administrator
 * show TOPIC [COLUMN=VALUE …] [: COLUMN …]   rows and columns of a SHOW command
 * log PATTERN        the lines of the log, since the start, in which it is found
 * edit TEXT => TEXT  in the configuration file
 * write FILE TEXT
 * make DATABASE      makes a database, without a pooler
 * pg SQL             asked of the server, without a pooler
 * sleep MILLISECONDS
 * </pre>
 */
final class Play implements AutoCloseable {
    private static final Duration LOG_LIMIT = Duration.ofSeconds(5);

    private final Pooler pooler;
    private final PgNode node;
    private final Map<String, WireClient> clients = new LinkedHashMap<>();

    Play(Pooler pooler, PgNode node) {
        this.pooler = pooler;
        this.node = node;
    }

    Answer carryOut(Step step) {
        try {
            List<String> words = step.words();
            return switch (step.verb()) {
                case "login" -> login(words);
                case "ask" -> {
                    client(words).send(Wire.query(afterFirst(step)));
                    yield Answer.of(read(client(words)), false).masked(pooler);
                }
                case "send" -> {
                    client(words).send(Wire.query(afterFirst(step)));
                    yield Answer.of(List.of());
                }
                case "answer" -> Answer.of(read(client(words)), false).masked(pooler);
                case "close" -> {
                    client(words).close();
                    yield Answer.of(List.of());
                }
                case "admin" -> Answer.of(admin(step.rest()), true).masked(pooler);
                case "show" -> show(step.rest());
                case "log" -> log(Pattern.compile(step.rest()));
                case "edit" -> {
                    String[] both = step.rest().split(" => ", 2);
                    pooler.edit(both[0], both.length == 1 ? "" : both[1].replace("\\n", "\n"));
                    yield Answer.of(List.of());
                }
                case "write" -> {
                    pooler.write(words.getFirst(), afterFirst(step).replace("\\n", "\n") + "\n");
                    yield Answer.of(List.of());
                }
                case "make" -> {
                    node.execute("create database " + pooler.filled(step.rest()));
                    yield Answer.of(List.of());
                }
                case "pg" -> Answer.of(List.of(node.queryText(pooler.filled(step.rest()))));
                case "sleep" -> {
                    Thread.sleep(Long.parseLong(step.rest()));
                    yield Answer.of(List.of());
                }
                default -> throw new IllegalArgumentException("unknown step: " + step);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What happens to the server that both have, once for both. */
    static boolean isShared(Step step, PgNode node) {
        switch (step.verb()) {
            case "stop-server" -> node.stop(StopMode.FAST);
            case "start-server" -> node.start();
            case "sql" -> node.execute(step.rest());
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String afterFirst(Step step) {
        String[] parts = step.rest().split(" ", 2);
        return parts.length == 1 ? "" : parts[1];
    }

    private WireClient client(List<String> words) {
        return Objects.requireNonNull(clients.get(words.getFirst()), words.getFirst());
    }

    private Answer login(List<String> words) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("user", words.get(1));
        parameters.put("database", words.get(2));
        String password = null;
        for (String word : words.subList(3, words.size())) {
            String[] pair = word.split("=", 2);
            if (pair[0].equals("password")) {
                password = pair[1];
            } else {
                parameters.put(pair[0], pair[1]);
            }
        }
        WireClient client = WireClient.connect("127.0.0.1", pooler.port);
        WireClient before = clients.put(words.getFirst(), client);
        if (before != null) {
            before.close();
        }
        client.startup(parameters);
        try {
            return greeting(client.authenticate(words.get(1), password));
        } catch (ServerError e) {
            return Answer.of(List.of(e.response()), false).masked(pooler);
        } catch (UncheckedIOException e) {
            return Answer.of(List.of("(closed)"));
        }
    }

    /** Parameters are compared as a set. */
    private Answer greeting(List<Message> messages) {
        Answer all = Answer.of(messages, false).masked(pooler);
        List<String> lines =
                new ArrayList<>(
                        all.lines().stream()
                                .filter(line -> !line.startsWith("S ") && !line.startsWith("R "))
                                .toList());
        lines.add("welcome");
        return Answer.of(lines);
    }

    /** Reads up to ReadyForQuery, or the end of the connection. */
    private static List<Message> read(WireClient client) {
        List<Message> all = new ArrayList<>();
        try {
            while (all.isEmpty() || all.getLast().tag() != 'Z') {
                all.add(client.read());
            }
        } catch (UncheckedIOException e) {
            all.add(new Message('X', new byte[0]));
        }
        return all;
    }

    private List<Message> admin(String command) {
        WireClient console = clients.get("boss");
        if (console == null) {
            console = WireClient.connect("127.0.0.1", pooler.port);
            console.login("boss", "pgbouncer");
            clients.put("boss", console);
        }
        console.send(Wire.query(pooler.filled(command)));
        return read(console);
    }

    private Answer show(String rest) {
        String[] parts = rest.split(":", 2);
        String[] words = parts[0].strip().split("\\s+");
        Answer all = Answer.of(admin("SHOW " + words[0]), true).masked(pooler);
        List<String> columns = parts.length == 1 ? List.of() : List.of(parts[1].strip().split(" "));
        List<Map<String, String>> rows = new ArrayList<>();
        for (Map<String, String> row : all.rows()) {
            if (matches(row, words)) {
                Map<String, String> part = new LinkedHashMap<>(row);
                if (!columns.isEmpty()) {
                    part.keySet().retainAll(columns);
                }
                rows.add(part);
            }
        }
        return columns.isEmpty()
                ? new Answer(all.lines(), rows)
                : Answer.of(rows.stream().map(Map::toString).sorted().toList());
    }

    private static boolean matches(Map<String, String> row, String[] words) {
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            if (!pair[1].equals(row.get(pair[0]))) {
                return false;
            }
        }
        return true;
    }

    private Answer log(Pattern pattern) throws InterruptedException {
        long end = System.nanoTime() + LOG_LIMIT.toNanos();
        List<String> found;
        do {
            found =
                    pooler.log().stream()
                            .map(pooler::masked)
                            .filter(line -> pattern.matcher(line).find())
                            .toList();
            if (found.isEmpty()) {
                Thread.sleep(20);
            }
        } while (found.isEmpty() && System.nanoTime() < end);
        return Answer.of(
                found.stream().distinct().sorted().toList()); // an error may come before the end
    }

    @Override
    public void close() {
        clients.values().forEach(WireClient::close);
    }
}
