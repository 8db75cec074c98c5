package dev.weir.bench.failover;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A client that writes and reads in every way there is, by turns. */
final class Client implements Runnable {
    private static final long PAUSE_NANOS = 2_000_000;
    private static final String INSERT = "INSERT INTO t VALUES ";
    private static final String INSERT_ONE = "INSERT INTO t VALUES ($1, $2) RETURNING id";

    /** What a client is allowed to lose. */
    enum Kind {
        /** In transaction mode: nothing. */
        SHARED,
        /** The same, and it writes in blocks only. */
        BLOCKS,
        /** It ends its session after each transaction. */
        SHORT,
        /** In session mode: its session. */
        OWN
    }

    private final Scene scene;
    private final Kind kind;
    private final int number;
    private final Random random;
    private final AtomicLong done = new AtomicLong();
    private volatile String now = "nothing";
    private volatile long since = System.nanoTime();
    private boolean isPrepared;

    /** What is not answered, if the session ends. */
    private final List<Write> open = new ArrayList<>();

    Client(Scene scene, Kind kind, int number, long seed) {
        this.scene = scene;
        this.kind = kind;
        this.number = number;
        this.random = new Random(seed + number);
    }

    /** How many of its requests were answered. */
    long done() {
        return done.get();
    }

    @Override
    public String toString() {
        long seconds = (System.nanoTime() - since) / 1_000_000_000;
        return "client %d (%s), for %d s: %s".formatted(number, kind, seconds, now);
    }

    @Override
    public void run() {
        while (!scene.isOver()) {
            try (Talk talk = login()) {
                isPrepared = false;
                do {
                    one(talk);
                } while (kind != Kind.SHORT && !scene.isOver());
            } catch (Talk.Ended e) {
                ended(e);
            } catch (RuntimeException e) {
                scene.found(this + ": " + e);
                ended(null);
            }
        }
    }

    private void ended(Talk.@Nullable Ended e) {
        if (e != null
                && (kind != Kind.OWN || String.valueOf(e.getMessage()).contains("no compl"))) {
            scene.found(this + ": the session has ended: " + e.getMessage());
        }
        scene.ended();
        open.forEach(write -> scene.book().tell(write, Told.IN_DOUBT));
        open.clear();
    }

    private Talk login() {
        begins("login");
        String database = kind == Kind.OWN ? Scene.OWN : Scene.SHARED;
        return Talk.begin(scene.port(), database, "client" + number);
    }

    private void begins(String what) {
        now = what;
        since = System.nanoTime();
    }

    private void one(Talk talk) {
        int which = kind == Kind.BLOCKS ? 6 + 7 * random.nextInt(2) : random.nextInt(16);
        switch (which) {
            case 0, 1 -> simple(talk);
            case 2 -> extended(talk);
            case 3 -> prepared(talk);
            case 4 -> pipeline(talk);
            case 5 -> implicit(talk);
            case 6, 7 -> block(talk);
            case 8 -> blockAtOnce(talk);
            case 9 -> several(talk);
            case 10 -> copy(talk);
            case 11 -> echoes(talk);
            case 12 -> parameter(talk);
            case 13 -> extendedBlock(talk);
            case 14 -> cancelled(talk);
            default -> readsItsOwn(talk);
        }
        scene.took(System.nanoTime() - since);
        done.incrementAndGet();
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    // --- writes ---------------------------------------------------------------------------------

    private Write write(int rows, String how) {
        begins(how);
        Write write = scene.book().write(rows, how);
        open.add(write);
        return write;
    }

    private void tell(Write write, Told what) {
        scene.book().tell(write, what);
        open.remove(write);
    }

    private String values(Write write) {
        var values = new StringJoiner(", ");
        for (int i = 0; i < write.rows(); i++) {
            values.add("(" + (write.first() + i) + ", " + number + ")");
        }
        return values.toString();
    }

    private void simple(Talk talk) {
        Write write = write(1 + random.nextInt(2), "simple query");
        List<Message> answer = talk.query(INSERT + values(write));
        tell(write, judge(answer, "C INSERT 0 " + write.rows(), "Z I"));
    }

    private void extended(Talk talk) {
        Write write = write(1, "extended query");
        talk.send(
                Wire.parse("", INSERT_ONE),
                Wire.bind("", "", "" + write.first(), "" + number),
                Wire.describePortal(""),
                Wire.execute("", 0),
                Wire.sync());
        tell(
                write,
                judge(
                        talk.answer(1),
                        "1",
                        "2",
                        "T id(20)",
                        "D " + write.first(),
                        "C INSERT 0 1",
                        "Z I"));
    }

    private boolean prepare(Talk talk) {
        if (!isPrepared) {
            begins("Parse");
            talk.send(Wire.parse("mine", INSERT_ONE), Wire.sync());
            Told told = judge(talk.answer(1), "1", "Z I");
            isPrepared = told == Told.ACKNOWLEDGED;
        }
        return isPrepared;
    }

    private byte[] bindExecute(long id) {
        return Wire.concat(Wire.bind("", "mine", "" + id, "" + number), Wire.execute("", 0));
    }

    private void prepared(Talk talk) {
        if (prepare(talk)) {
            Write write = write(1, "prepared statement");
            talk.send(bindExecute(write.first()), Wire.sync());
            String row = "D " + write.first();
            tell(write, judge(talk.answer(1), "2", row, "C INSERT 0 1", "Z I"));
        }
    }

    /** Several batches at once, each with its Sync. */
    private void pipeline(Talk talk) {
        if (prepare(talk)) {
            var writes = new ArrayList<Write>();
            var bytes = new ArrayList<byte[]>();
            for (int i = 0; i < 3; i++) {
                Write write = write(1, "pipeline");
                writes.add(write);
                bytes.add(bindExecute(write.first()));
                bytes.add(Wire.sync());
            }
            talk.send(bytes.toArray(byte[][]::new));
            for (Write write : writes) {
                String row = "D " + write.first();
                tell(write, judge(talk.answer(1), "2", row, "C INSERT 0 1", "Z I"));
            }
        }
    }

    /** Several statements before one Sync, which are one transaction. */
    private void implicit(Talk talk) {
        if (prepare(talk)) {
            Write write = write(2, "two Executes before a Sync");
            talk.send(bindExecute(write.first()), bindExecute(write.first() + 1), Wire.sync());
            tell(
                    write,
                    judge(
                            talk.answer(1),
                            "2",
                            "D " + write.first(),
                            "C INSERT 0 1",
                            "2",
                            "D " + (write.first() + 1),
                            "C INSERT 0 1",
                            "Z I"));
        }
    }

    private void several(Talk talk) {
        Write write = write(2, "two statements in one text");
        String sql =
                "%s(%d, %d); %s(%d, %d)"
                        .formatted(
                                INSERT, write.first(), number, INSERT, write.first() + 1, number);
        tell(write, judge(talk.query(sql), "C INSERT 0 1", "C INSERT 0 1", "Z I"));
    }

    private void copy(Talk talk) {
        Write write = write(3, "COPY");
        byte[] begin = Wire.query("COPY t (id, client) FROM STDIN");
        var rows = new ArrayList<byte[]>();
        for (int i = 0; i < write.rows(); i++) {
            String row = (write.first() + i) + "\t" + number + "\n";
            rows.add(Wire.copyData(row.getBytes(StandardCharsets.UTF_8)));
        }
        rows.add(Wire.copyDone());
        if (random.nextBoolean()) {
            rows.addFirst(begin);
            talk.send(rows.toArray(byte[][]::new));
            tell(write, judge(talk.answer(1), "G 0/2", "C COPY 3", "Z I"));
            return;
        }
        talk.send(begin);
        Message first = talk.read(List.of());
        if (first.tag() == 'G') {
            pause(20);
            talk.send(rows.toArray(byte[][]::new));
            tell(write, judge(talk.answer(1), "C COPY 3", "Z I"));
        } else if (first.tag() == 'E') {
            var all = new ArrayList<>(List.of(first));
            all.addAll(talk.answer(1));
            tell(write, judge(all, "G 0/2", "Z I"));
        } else {
            scene.found(this + ": an answer: " + first);
            talk.answer(1);
            tell(write, Told.IN_DOUBT);
        }
    }

    private void pause(int millisMax) {
        LockSupport.parkNanos(random.nextLong(millisMax * 1_000_000L));
    }

    // --- blocks ---------------------------------------------------------------------------------

    private void block(Talk talk) {
        boolean rollsBack = random.nextInt(5) == 0;
        boolean lingers = random.nextInt(4) == 0;
        Write write = write(2, "block");
        Told told = judge(talk.query("BEGIN"), "C BEGIN", "Z T");
        if (told != Told.ACKNOWLEDGED) {
            tell(write, Told.ROLLED_BACK);
            return;
        }
        for (long id = write.first(); id <= write.first() + 1; id++) {
            if (lingers) {
                pause(200);
            }
            String sql = INSERT + "(" + id + ", " + number + ")";
            told = worse(told, judge(talk.query(sql), "C INSERT 0 1", "Z T"));
        }
        end(talk, write, told, rollsBack ? "ROLLBACK" : "COMMIT");
    }

    private static Told worse(Told one, Told other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private void end(Talk talk, Write write, Told before, String how) {
        List<Message> answer = talk.query(how);
        String tag = before == Told.ACKNOWLEDGED ? how : "ROLLBACK";
        Told told = judge(answer, "C " + tag, "Z I");
        if (before == Told.IN_DOUBT) {
            scene.found(this + ": in doubt before COMMIT");
        }
        boolean isCommitted = before == Told.ACKNOWLEDGED && how.equals("COMMIT");
        tell(write, isCommitted ? told : Told.ROLLED_BACK);
    }

    private void extendedBlock(Talk talk) {
        if (!prepare(talk)) {
            return;
        }
        Write write = write(2, "block of prepared statements");
        Told told = judge(talk.query("BEGIN"), "C BEGIN", "Z T");
        if (told != Told.ACKNOWLEDGED) {
            tell(write, Told.ROLLED_BACK);
            return;
        }
        for (long id = write.first(); id <= write.first() + 1 && told == Told.ACKNOWLEDGED; id++) {
            talk.send(bindExecute(id), Wire.sync());
            told = worse(told, judge(talk.answer(1), "2", "D " + id, "C INSERT 0 1", "Z T"));
        }
        end(talk, write, told, "COMMIT");
    }

    /** A block whose messages are sent at once. */
    private void blockAtOnce(Talk talk) {
        Write write = write(2, "block at once");
        talk.send(
                Wire.query("BEGIN"),
                Wire.query(INSERT + "(" + write.first() + ", " + number + ")"),
                Wire.query(INSERT + "(" + (write.first() + 1) + ", " + number + ")"),
                Wire.query("COMMIT"));
        var tags = new StringJoiner(" ");
        Told told = Told.ACKNOWLEDGED;
        boolean commits = false;
        char status = 'I';
        for (int i = 0; i < 4; i++) {
            List<Message> answer = talk.answer(1);
            Message first = answer.getFirst();
            status = answer.getLast().status();
            tags.add(first.summary());
            if (first.tag() == 'E') {
                told = worse(told, judge(List.of(first), "Z I"));
            }
            commits = first.summary().equals("C COMMIT");
        }
        if (commits && told != Told.ACKNOWLEDGED) {
            scene.found(this + ": COMMIT behind an error: " + tags);
            told = Told.IN_DOUBT;
        } else if (!commits && told == Told.ACKNOWLEDGED) {
            told = Told.ROLLED_BACK;
        }
        tell(write, told);
        if (status == 'E') { // nobody has looked at its COMMIT
            judge(talk.query("ROLLBACK"), "C ROLLBACK", "Z I");
        }
    }

    // --- reads ----------------------------------------------------------------------------------

    private void echoes(Talk talk) {
        begins("read");
        String one = number + "-" + random.nextInt(1 << 30);
        String two = number + "-" + random.nextInt(1 << 30);
        talk.send(
                Wire.query("SELECT '" + one + "'"),
                Wire.parse("", "SELECT $1::text"),
                Wire.bind("", "", two),
                Wire.execute("", 0),
                Wire.sync());
        judge(talk.answer(1), "T ?column?(25)", "D " + one, "C SELECT 1", "Z I");
        judge(talk.answer(1), "1", "2", "D " + two, "C SELECT 1", "Z I");
    }

    private void parameter(Talk talk) {
        begins("SHOW");
        judge(
                talk.query("SHOW application_name"),
                "T application_name(25)",
                "D client" + number,
                "C SHOW",
                "Z I");
    }

    private void readsItsOwn(Talk talk) {
        long losses = scene.losses();
        Write write = write(1, "write, and read it");
        Told told = judge(talk.query(INSERT + values(write)), "C INSERT 0 1", "Z I");
        tell(write, told);
        List<Message> answer = talk.query("SELECT count(*) FROM t WHERE id = " + write.first());
        boolean isSure = told != Told.IN_DOUBT && losses % 2 == 0 && losses == scene.losses();
        String count = told == Told.ACKNOWLEDGED ? "D 1" : "D 0";
        if (isSure || answer.getFirst().tag() == 'E') {
            judge(answer, "T count(20)", count, "C SELECT 1", "Z I");
        }
    }

    /** Is cancelled, and nothing that comes later. */
    private void cancelled(Talk talk) {
        begins("cancel");
        talk.send(Wire.query("SELECT 'slept' FROM pg_sleep(0.5)"));
        pause(20);
        WireClient client = talk.client();
        WireClient.cancel("127.0.0.1", scene.port(), client.processId(), client.secret());
        List<Message> answer = talk.answer(1);
        if (answer.stream().noneMatch(one -> one.tag() == 'E' && one.sqlState().equals("57014"))) {
            judge(answer, "T ?column?(25)", "D slept", "C SELECT 1", "Z I");
        }
    }

    // --- answers --------------------------------------------------------------------------------

    private Told judge(List<Message> answer, String... expected) {
        try {
            return Answers.judge(answer, expected);
        } catch (WrongAnswerException e) {
            scene.found(this + ": " + e.getMessage());
            return Told.IN_DOUBT;
        } finally {
            answer.stream()
                    .filter(message -> message.tag() == 'E')
                    .limit(1)
                    .forEach(error -> scene.told(error.sqlState()));
        }
    }
}
