package dev.weir.bench.soak;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients of mixed kinds: each logs in, talks a while, checks every answer, and leaves in one way
 * or another; then it comes again.
 */
final class Crowd {
    private static final int TALKS_MAX = 40;

    private final Subject subject;
    private final long seed;
    private final int thinkMillis;
    private final LongAdder transactions = new LongAdder();
    private final LongAdder lives = new LongAdder();
    private final AtomicInteger here = new AtomicInteger();
    private final AtomicLong wrong = new AtomicLong();
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();
    private volatile String firstWrong = "";
    private volatile boolean isOver;

    /**
     * @param thinkMillis how long a client waits between two requests, on average
     */
    Crowd(Subject subject, long seed, int thinkMillis) {
        this.subject = subject;
        this.seed = seed;
        this.thinkMillis = thinkMillis;
    }

    /** An answer that is not the client's, or not what PostgreSQL says. */
    private static final class WrongAnswer extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongAnswer(String text) {
            super(text);
        }
    }

    /** The server, or Weir, said no. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(Message error) {
            super(error.sqlState());
        }
    }

    /** Starts one more client; it goes on until {@link #end}. */
    Thread enter(int number) {
        return Thread.ofVirtual()
                .start(() -> {
                    var random = new Random(seed * 1_000_003 + number);
                    while (!isOver) {
                        live(number, random);
                    }
                });
    }

    void end() {
        isOver = true;
    }

    private void live(int number, Random random) {
        String mark = "c" + number + "_" + random.nextInt(1_000_000);
        here.incrementAndGet();
        try (WireClient client =
                random.nextInt(10) == 0
                        ? Encrypted.connect(subject.port())
                        : WireClient.connect("127.0.0.1", subject.port())) {
            client.login("postgres", random.nextInt(20) == 0 ? "own" : "app");
            lives.increment();
            for (int i = 1 + random.nextInt(TALKS_MAX); i > 0 && !isOver; i--) {
                talk(client, random, mark + "_" + i);
                transactions.increment();
                think(random);
            }
            leave(client, random);
        } catch (WrongAnswer e) {
            firstWrong = firstWrong.isEmpty() ? String.valueOf(e.getMessage()) : firstWrong;
            wrong.incrementAndGet();
        } catch (Refused e) {
            count(String.valueOf(e.getMessage()));
            think(random);
        } catch (dev.weir.pgkit.ServerError e) {
            count("login " + e.sqlState());
            think(random);
        } catch (UncheckedIOException | IOException | IllegalStateException e) {
            count("connection lost");
            think(random);
        } finally {
            here.decrementAndGet();
        }
    }

    private void count(String what) {
        refusals.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    private void think(Random random) {
        try {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(2 * thinkMillis + 1));
        } catch (InterruptedException e) {
            isOver = true;
            Thread.currentThread().interrupt();
        }
    }

    // --- what they say ------------------------------------------------------------------------

    private static void talk(WireClient client, Random random, String mark) {
        switch (random.nextInt(12)) {
            case 0 -> expect(client, List.of("5"), Wire.query("select 5 from (values (1)) v"));
            case 1 ->
                    expect(
                            client,
                            List.of(mark),
                            Wire.parse("s", "select $1::text"),
                            Wire.bind("", "s", mark),
                            Wire.execute("", 0),
                            Wire.closeStatement("s"),
                            Wire.sync());
            case 2 -> {
                expect(client, List.of(), Wire.query("set app.mark = '" + mark + "'"));
                expect(client, List.of(mark), Wire.query("select current_setting('app.mark')"));
            }
            case 3 -> {
                expect(
                        client,
                        List.of(),
                        Wire.query("begin; insert into t values ('" + mark + "')"));
                expect(client, List.of(), Wire.query("commit"));
                expect(
                        client,
                        List.of(mark),
                        Wire.query("select v from t where v = '" + mark + "'"));
            }
            case 4 -> {
                expect(client, List.of(), Wire.query("begin"));
                expect(
                        client,
                        List.of("1"),
                        Wire.query("create temp table x on commit drop as select 1; table x"));
                expect(client, List.of(), Wire.query("rollback"));
            }
            case 5 -> {
                expect(client, List.of(), Wire.query("listen " + mark));
                expect(client, List.of(), Wire.query("notify " + mark + "; unlisten *"));
            }
            case 6 ->
                    expect(
                            client,
                            List.of(mark, mark),
                            Wire.query(
                                    "copy (select '"
                                            + mark
                                            + "' from generate_series(1, 2)) to stdout"));
            case 7 -> {
                client.send(Wire.query("select 1/0"));
                if (client.readUntilReady().stream().noneMatch(m -> m.tag() == 'E')) {
                    throw new WrongAnswer(mark + ": 1/0 is no error");
                }
            }
            case 8 -> {
                client.send(Wire.query("select repeat('x', 100000) from generate_series(1, 10)"));
                check(client.readUntilReady());
            }
            case 9 -> canceled(client, random);
            default -> expect(client, List.of(mark), Wire.query("select '" + mark + "'"));
        }
    }

    private static void canceled(WireClient client, Random random) {
        client.send(Wire.query("select pg_sleep(0.2)"));
        if (random.nextBoolean()) {
            WireClient.cancel(
                    "127.0.0.1", client.socket().getPort(), client.processId(), client.secret());
        }
        for (Message answer : client.readUntilReady()) {
            if (answer.tag() == 'E' && !answer.sqlState().equals("57014")) {
                throw new Refused(answer);
            }
        }
    }

    private static void expect(WireClient client, List<String> rows, byte[]... messages) {
        client.send(messages);
        List<String> heard = check(client.readUntilReady());
        if (!heard.equals(rows)) {
            throw new WrongAnswer("heard " + heard + " (expected: " + rows + ")");
        }
    }

    private static List<String> check(List<Message> answers) {
        List<String> heard = new java.util.ArrayList<>();
        for (Message answer : answers) {
            switch (answer.tag()) {
                case 'D' -> heard.add(String.valueOf(answer.row().getFirst()));
                case 'd' -> heard.add(answer.text().strip());
                case 'E' -> throw new Refused(answer);
                default -> {}
            }
        }
        return heard;
    }

    // --- how they leave -----------------------------------------------------------------------

    private static void leave(WireClient client, Random random) throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> client.reset();
            case 1 -> {
                client.send(Wire.query("select repeat('y', 1000000) from generate_series(1, 20)"));
                client.read();
                client.reset();
            }
            case 2 -> {
                client.send(Wire.query("begin; select 1"));
                client.socket().close();
            }
            case 3 -> {
                client.send(new byte[] {'Q', 0, 0, 1, 0, 's'}); // the beginning of a message
                client.socket().close();
            }
            default -> client.close();
        }
    }

    // --- totals -------------------------------------------------------------------------------

    long transactions() {
        return transactions.sum();
    }

    int here() {
        return here.get();
    }

    long wrong() {
        return wrong.get();
    }

    String totals() {
        var counts = new TreeMap<String, Long>();
        refusals.forEach((what, count) -> counts.put(what, count.sum()));
        return "lives=%d transactions=%d wrong=%d%s refused=%s"
                .formatted(
                        lives.sum(),
                        transactions.sum(),
                        wrong.get(),
                        firstWrong.isEmpty() ? "" : " (" + firstWrong + ")",
                        counts);
    }
}
