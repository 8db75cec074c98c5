package dev.weir.auth;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.error.EndReason;
import dev.weir.error.Refusal;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The questions to {@code auth_query} of one {@code auth_user} in one database. Each is asked on a
 * connection of a pool for {@link AuthQueryUse}, in the order in which they came.
 *
 * <p>At most one question per user is in progress. Logins that come meanwhile share the next one:
 * so each gets an answer that is younger than itself, and a storm of logins costs few queries.
 */
@LoopConfined
final class AuthQuestions implements LoopOwned {
    /** The reason for clients; the log says more. */
    static final String CLIENTS_REASON = "auth_query failed";

    /** invalid_catalog_name. */
    private static final String NO_DATABASE = "3D000";

    private static final String CHANGED = "the configuration has changed";

    private static final Logger log = LoggerFactory.getLogger(AuthQuestions.class);

    /** The user and the database of the questions. */
    record Key(String database, String authUser) {}

    private final Key key;
    private final Pools pools;
    private final EventLoop loop;
    private final Consumer<AuthQuestions> quiet;

    /** Questions that were not sent yet: more logins may share them. */
    private final Map<AuthQuestion.Key, AuthQuestion> unsent = new LinkedHashMap<>();

    /** Questions that wait for a connection or use one. */
    private final Map<AuthQuestion.Key, Turn> turns = new HashMap<>();

    private Config config;
    private int askers;
    private boolean closed;

    /** The source of connections; null while there is no question. */
    private @Nullable ClientShard shard;

    /**
     * @param shard has already counted this as a client
     * @param quiet is told on the loop whenever no question is left: this need not be kept, or as
     *     many would be as names that strangers make up
     */
    AuthQuestions(
            Key key, Config config, Pools pools, ClientShard shard, Consumer<AuthQuestions> quiet) {
        this.key = key;
        this.config = config;
        this.pools = pools;
        this.loop = shard.loop();
        this.quiet = quiet;
        this.shard = shard;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    String database() {
        return key.database;
    }

    /** Asks; {@code then} runs on the loop {@code asker}. */
    void ask(AuthQuestion.Key about, EventExecutor asker, Consumer<Account> then) {
        assertInLoop();
        boolean full = askers >= config.get(Settings.AUTH_QUEUE);
        if (full || closed || !enter()) {
            var refused = new AuthQuestion(about);
            refused.join(asker, then);
            refuse(refused, full ? "too many logins wait (auth_queue)" : CHANGED, null);
            return;
        }
        askers++;
        AuthQuestion question = unsent.get(about);
        if (question == null) {
            question = new AuthQuestion(about);
            unsent.put(about, question);
            limit(question);
        }
        question.join(asker, then);
        next(about);
    }

    /** Counts as a client of the pool while there are questions. */
    private boolean enter() {
        if (shard == null) {
            shard = pools.enter(key.database, key.authUser, AuthQueryUse.INSTANCE);
        }
        assert shard == null || shard.loop() == loop : key;
        return shard != null;
    }

    private void leaveIfQuiet() {
        ClientShard left = shard;
        if (left != null && askers == 0 && turns.isEmpty()) {
            shard = null;
            left.pool().leave(left);
            quiet.accept(this);
        }
    }

    /** Lets the question about a user that is not sent yet wait for a connection. */
    private void next(AuthQuestion.Key about) {
        AuthQuestion question = unsent.get(about);
        ClientShard from = shard;
        if (question != null && from != null && !turns.containsKey(about)) {
            var turn = new Turn(question);
            turns.put(about, turn);
            from.lease(turn);
        }
    }

    // --- time ---------------------------------------------------------------------------------

    private void limit(AuthQuestion question) {
        long millis = config.get(Settings.AUTH_QUERY_TIMEOUT).toMillis();
        question.deadline(loop.schedule(() -> expired(question), millis, TimeUnit.MILLISECONDS));
    }

    private void expired(AuthQuestion question) {
        Turn turn = turnOf(question);
        if (question.isOver()) {
            return;
        }
        if (isHeld() && (turn == null || !turn.isAsking())) {
            limit(question); // until it can be asked, the login's own time limits this
            return;
        }
        unsent.remove(question.key(), question);
        fail(question, "no answer within auth_query_timeout");
        if (turn != null) {
            turn.giveUp();
        }
    }

    /** The turn of a question; null if the turn of its user is for another question. */
    private @Nullable Turn turnOf(AuthQuestion question) {
        Turn turn = turns.get(question.key());
        return turn != null && turn.question == question ? turn : null;
    }

    /** Whether no question can be sent now: a gate is closed, or the server is away. */
    private boolean isHeld() {
        ClientShard from = shard;
        return from != null && (!from.isOpen() || from.isAway());
    }

    // --- answers ------------------------------------------------------------------------------

    private void fail(AuthQuestion question, String reason) {
        fail(question, reason, null);
    }

    private void fail(AuthQuestion question, String reason, @Nullable Refusal fromServer) {
        askers -= question.isOver() ? 0 : question.askers();
        refuse(question, reason, fromServer);
    }

    private void refuse(AuthQuestion question, String reason, @Nullable Refusal fromServer) {
        log.warn(
                "auth_query_failed database={} auth_user={} logins={} cause=\"{}\"",
                key.database,
                key.authUser,
                question.askers(),
                reason.replace('\n', ' ').replace('\r', ' '));
        question.answer(new Account.Unavailable(question.key().user(), CLIENTS_REASON, fromServer));
    }

    private void end(AuthQuestion question, Account account) {
        askers -= question.isOver() ? 0 : question.askers();
        assert askers >= 0 : askers;
        question.answer(account);
    }

    private static String why(ServerFailure failure) {
        return failure.sqlState() + ": " + failure.message();
    }

    /** The turn of one question: its wait for a connection, and its use of it. */
    private final class Turn implements Waiter, AuthConversation.Listener {
        private final AuthQuestion question;
        private @Nullable Lease lease;

        Turn(AuthQuestion question) {
            this.question = question;
        }

        boolean isAsking() {
            return lease != null;
        }

        @Override
        public boolean accepts(ServerConnection connection) {
            return true;
        }

        @Override
        public void leased(Lease granted) {
            lease = granted;
            unsent.remove(question.key(), question);
            AuthQuestion.Key about = question.key();
            AuthConversation.start(granted.server(), about.query(), about.user(), this);
        }

        /** No connection was available. */
        @Override
        public void refused(Refusal why) {
            unsent.remove(question.key(), question);
            // Where the database is the client's own, tools act on its not being there.
            boolean isMissing = why.sqlState().equals(NO_DATABASE);
            fail(question, why.sqlState() + ": " + why.text(), isMissing ? why : null);
            over();
        }

        @Override
        public void answered(List<List<@Nullable String>> rows) {
            try {
                end(question, AuthAnswer.of(question.key().user(), rows));
            } catch (AuthAnswer.Nonsense e) {
                fail(question, "it returned " + e.getMessage());
            }
            giveBack();
        }

        @Override
        public void refusedQuery(ServerFailure failure) {
            fail(question, why(failure));
            giveBack();
        }

        @Override
        public void lost(@Nullable String why) {
            Lease held = lease;
            if (held != null) {
                held.discard(why == null ? EndReason.SERVER_CRASHED.words() : why);
            }
            if (question.maySendAgain() && !unsent.containsKey(question.key())) {
                unsent.put(question.key(), question);
            } else {
                fail(question, why == null ? "the server closed the connection" : why);
            }
            over();
        }

        private void giveBack() {
            Lease held = lease;
            if (held != null) {
                held.close();
            }
            over();
        }

        /** Its question is over before its answer came. */
        void giveUp() {
            Lease held = lease;
            ClientShard from = shard;
            if (held != null) {
                held.discard(EndReason.AUTH_QUERY_TIMEOUT.words());
            } else if (from != null) {
                from.forget(this);
            }
            over();
        }

        private void over() {
            turns.remove(question.key(), this);
            next(question.key());
            leaveIfQuiet();
        }
    }

    // --- changes ------------------------------------------------------------------------------

    /** Applies another configuration. */
    void configure(Config next) {
        assertInLoop();
        config = next;
    }

    /** Ends as soon as all questions that were sent are answered. */
    void close() {
        assertInLoop();
        closed = true;
        for (AuthQuestion question : List.copyOf(unsent.values())) {
            unsent.remove(question.key());
            fail(question, CHANGED);
            Turn turn = turnOf(question);
            if (turn != null) {
                turn.giveUp();
            }
        }
        leaveIfQuiet();
    }

    @Override
    public String toString() {
        return "AuthQuestions[" + key.database + "/" + key.authUser + "]";
    }
}
