package dev.weir.catalog;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.config.CustomSettings;
import dev.weir.error.EndReason;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the catalog of a database on connections of its clients' pool, which sessions lend it when
 * their transactions are over. It never waits for one and never opens one, and returns its
 * connection between two questions if a client waits: then it continues on the next one that is
 * lent.
 */
@LoopConfined
public final class CatalogReading implements LoopOwned, ServerEvents {
    /*
     *   the gate ──same as last time──▶ nothing has changed
     *      └──▶ the mark ──same as last time──▶ nothing has changed
     *              └──▶ the questions, one by one ──▶ the mark again ──another one──▶ given up
     *                                                    └──▶ closed, off the loop
     */
    /** How long a query that nobody waits for any more may take. */
    private static final Duration LEFT_BEHIND_MAX = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(CatalogReading.class);

    private static final String BOUNDS =
            "SET LOCAL lock_timeout=100;SET LOCAL statement_timeout=10000;";

    private final Catalog catalog;
    private final ClientShard shard;
    private final Consumer<Runnable> background;
    private final Queue<CatalogQuestion> questions = new ArrayDeque<>();
    private final CatalogReader reader = new CatalogReader();
    private final long definitions;
    private final long beganNanos;

    private String gate = "";
    private String mark = "";
    private String defaults = "";
    private @Nullable Lease lease;
    private Step step = this::askGate;

    /** The next question, which is asked on a connection. */
    private interface Step {
        void ask(ServerConnection server);
    }

    CatalogReading(Catalog catalog, ClientShard shard, Consumer<Runnable> background) {
        this.catalog = catalog;
        this.shard = shard;
        this.background = background;
        this.definitions = catalog.definitions();
        this.beganNanos = shard.nanoTime();
    }

    /**
     * Lends a lease for the reading of a catalog, which returns it.
     *
     * @return whether it was borrowed; if not, the caller keeps it
     */
    public static boolean lend(
            Lease lease, Catalog catalog, ClientShard shard, Consumer<Runnable> background) {
        boolean isFree = !shard.hasWaiters() || catalog.isOverdue(shard.nanoTime());
        if (!lease.server().isOpen() || !shard.isOpen() || !isFree || keepsSettings(lease, shard)) {
            return false;
        }
        CatalogReading reading = catalog.takeReading(shard, background);
        if (reading == null) {
            return false;
        }
        reading.borrow(lease);
        return true;
    }

    /** Whether the connection has settings that cannot be reset for a question. */
    private static boolean keepsSettings(Lease lease, ClientShard shard) {
        return shard.pool().settings().customSettings() == CustomSettings.STRICT
                && !lease.server().given().canBecome(lease.server().resetValues());
    }

    boolean isOf(ClientShard other) {
        return shard == other;
    }

    long beganNanos() {
        return beganNanos;
    }

    @Override
    public EventLoop loop() {
        return shard.loop();
    }

    // --- a connection ---------------------------------------------------------------------------

    private void borrow(Lease lent) {
        lease = lent;
        ServerConnection server = lent.server();
        server.holder(this);
        server.reading(true); // even if its client has not read everything yet
        ParameterSet first = server.resetValues();
        String reset = server.given().statementsTo(first);
        if (reset != null) {
            server.inject(reset, new Question(row -> {}, () -> {}));
            server.given(first);
        }
        step.ask(server);
        server.flush();
    }

    /** Continues with the next question, now or on the next connection. */
    private void next(Step then) {
        step = then;
        Lease held = lease;
        if (held == null || shard.hasWaiters() || !shard.isOpen()) {
            giveBack();
            catalog.suspend(this);
        } else {
            then.ask(held.server());
            held.server().flush();
        }
    }

    private void giveBack() {
        Lease held = lease;
        lease = null;
        if (held != null) {
            held.close();
        }
    }

    // --- the questions --------------------------------------------------------------------------

    private void askGate(ServerConnection server) {
        String sql = CatalogMark.gate(majorVersion(server));
        ask(server, sql, new Question(row -> gate = text(row), this::gateAnswered));
    }

    private void gateAnswered() {
        Catalog.Known before = catalog.known();
        if (before != null && before.gate().equals(gate)) {
            same(before);
        } else {
            next(server -> askMark(server, this::markAnswered));
        }
    }

    private void askMark(ServerConnection server, Runnable then) {
        ask(server, CatalogMark.question(), new Question(this::markAnswer, then));
    }

    private void markAnswer(List<@Nullable String> row) {
        mark = text(row);
        defaults = String.valueOf(row.get(1));
    }

    private void markAnswered() {
        Catalog.Known before = catalog.known();
        if (catalog.isAnotherDefault(defaults)) {
            log.info("defaults_changed database={}", shard.pool().key().database());
            shard.pool().defaultsChanged();
        }
        if (before != null && before.mark().equals(mark)) {
            same(before);
            return;
        }
        next(this::askFirst);
    }

    private void askFirst(ServerConnection server) {
        questions.addAll(CatalogQuestion.of(majorVersion(server)));
        askNext(server);
    }

    private void askNext(ServerConnection server) {
        CatalogQuestion question = questions.remove();
        ask(
                server,
                question.sql(),
                new Question(
                        row -> reader.add(question, row.toArray(String[]::new)),
                        () -> next(questions.isEmpty() ? this::askAgain : this::askNext)));
    }

    /** The questions were asked one by one: the answers are consistent if nothing has changed. */
    private void askAgain(ServerConnection server) {
        String before = mark;
        askMark(
                server,
                () -> {
                    if (before.equals(mark)) {
                        giveBack();
                        background.accept(this::close);
                    } else {
                        giveBack();
                        catalog.failed("it changed while it was read", beganNanos, nanoTime());
                    }
                });
    }

    private static int majorVersion(ServerConnection server) {
        String version = server.reported().get("server_version");
        int end = 0;
        while (version != null
                && end < version.length()
                && Character.isDigit(version.charAt(end))) {
            end++;
        }
        return version == null || end == 0 ? 0 : Integer.parseInt(version, 0, end, 10);
    }

    private static String text(List<@Nullable String> row) {
        return String.valueOf(row.getFirst());
    }

    // --- the result -----------------------------------------------------------------------------

    private void same(Catalog.Known before) {
        giveBack();
        var now = new Catalog.Known(before.closure(), gate, before.mark(), definitions);
        catalog.read(now, beganNanos, nanoTime());
    }

    /** Evaluates the rows off the loop, and passes the result to the loop. */
    private void close() {
        Runnable outcome = outcome();
        try {
            loop().execute(outcome);
        } catch (RejectedExecutionException _) {
            log.debug("catalog_dropped"); // Weir has ended
        }
    }

    private Runnable outcome() {
        try {
            Closure closure = reader.close();
            return () -> closed(closure);
        } catch (RuntimeException e) {
            return () -> {
                log.error("catalog_failed database={}", shard.pool().key().database(), e);
                fail("its rows could not be understood");
            };
        }
    }

    private void closed(Closure closure) {
        Catalog.Known before = catalog.known();
        var now = new Catalog.Known(closure, gate, mark, definitions);
        catalog.read(now, beganNanos, nanoTime());
        String folded = closure.foldedFunction();
        if (!folded.isEmpty()
                && (before == null || !before.closure().foldedFunction().equals(folded))) {
            log.warn(
                    "function_not_immutable database={} function={} hint=\"declare it STABLE\"",
                    shard.pool().key().database(),
                    folded);
        }
        log.info(
                "catalog_read database={} objects={} names={}",
                shard.pool().key().database(),
                closure.objects(),
                closure.size());
    }

    private void fail(String why) {
        Lease held = lease;
        lease = null;
        if (held != null) {
            if (held.server().isOpen()) {
                held.abandon(LEFT_BEHIND_MAX);
            } else {
                held.discard(EndReason.SERVER_CRASHED.words()); // or KILL has closed it meanwhile
            }
        }
        if (!why.equals(catalog.failure())) {
            log.warn("catalog_unread database={} cause=\"{}\"", shard.pool().key().database(), why);
        }
        catalog.failed(why, beganNanos, nanoTime());
    }

    /**
     * Asks with timeouts: a catalog that is locked, or takes long to read, must not keep the
     * connection from clients. They override those of the role and the database.
     */
    private static void ask(ServerConnection server, String sql, Question question) {
        server.inject(BOUNDS + sql, question);
    }

    /** A query of which every row must be readable. */
    private final class Question implements InjectedQuery {
        private final Consumer<List<@Nullable String>> rows;
        private final Runnable then;
        private boolean isCutOff;

        Question(Consumer<List<@Nullable String>> rows, Runnable then) {
            this.rows = rows;
            this.then = then;
        }

        @Override
        public void row(List<@Nullable String> values) {
            rows.accept(values);
        }

        @Override
        public void rowTooLong() {
            isCutOff = true;
        }

        @Override
        public void succeeded() {
            loop().execute(isCutOff ? () -> fail("a row of it is too long") : then);
        }

        @Override
        public void failed() {
            Lease held = lease;
            ServerFailure said = held == null ? null : held.server().privateError();
            loop().execute(() -> fail(said == null ? "the connection was lost" : said.message()));
        }
    }

    // --- the connection, meanwhile --------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        assertInLoop();
        run.release(); // a notice
    }

    @Override
    public void serverTurnEnd() {
        assertInLoop();
    }

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        assertInLoop();
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {
        assertInLoop();
    }

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        assertInLoop();
        Lease held = lease;
        lease = null;
        if (held != null) {
            held.discard(EndReason.SERVER_CRASHED.words());
        }
    }
}
