package dev.weir.auth;

import dev.weir.backend.Connector;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.config.SocketSettings;
import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few server connections of one {@code auth_user} in one database that run {@code auth_query},
 * and the questions that wait for them, oldest first. No client ever gets one of them, and nothing
 * of a client's startup packet reaches them but the user's name, as a parameter.
 *
 * <p>For one user at most one question is on its way. Logins that come meanwhile share the next
 * one: so each gets an answer that is younger than itself, and a storm of logins costs few queries.
 */
@LoopConfined
final class AuthServer implements LoopOwned, AuthConversation.Listener {
    /** A server that could not be reached is left alone for so long. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What a client is told; the log says more. */
    private static final String CLIENTS_REASON = "auth_query failed";

    private static final int TICK_MILLIS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(AuthServer.class);

    /** Which server it is. Entries that were changed by a RELOAD make another one. */
    record Key(Database database, String authUser) {}

    private final Key key;
    private final Connector connector;
    private final EventLoop loop;
    private final Statements statements;
    private final Map<AuthQuestion.Key, AuthQuestion> waiting = new LinkedHashMap<>();
    private final Map<AuthConversation, AuthQuestion> running = new HashMap<>();
    private final Set<AuthQuestion.Key> sent = new HashSet<>();
    private final ArrayDeque<AuthConversation> idle = new ArrayDeque<>();
    private Config config;
    private int connections;
    private int opening;
    private int askers;
    private int host;
    private int failedHosts;
    private boolean closed;
    private @Nullable Outage outage;
    private @Nullable ScheduledFuture<?> ticking;

    private record Outage(ServerFailure failure, long untilNanos, long credential) {}

    AuthServer(Key key, Config config, Connector connector, EventLoop loop) {
        this.key = key;
        this.config = config;
        this.connector = connector;
        this.loop = loop;
        this.statements = new Statements(loop);
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    // --- questions ----------------------------------------------------------------------------

    /** Asks; {@code then} runs on the loop {@code asker}. */
    void ask(AuthQuestion.Key about, EventExecutor asker, Consumer<Account> then) {
        assertInLoop();
        AuthQuestion question = waiting.get(about);
        ServerFailure down = failureNow();
        boolean full = askers >= config.get(Settings.AUTH_QUEUE);
        if (down != null || full || closed) {
            question = new AuthQuestion(about);
            question.join(asker, then);
            refuse(question, full ? "too many logins wait (auth_queue)" : why(down));
            return;
        }
        askers++;
        if (question == null) {
            question = new AuthQuestion(about);
            waiting.put(about, question);
            limit(question);
        }
        question.join(asker, then);
        pump();
    }

    private void limit(AuthQuestion question) {
        long millis = config.get(Settings.AUTH_QUERY_TIMEOUT).toMillis();
        question.deadline(loop.schedule(() -> expired(question), millis, TimeUnit.MILLISECONDS));
    }

    private void expired(AuthQuestion question) {
        if (question.isOver()) {
            return;
        }
        waiting.remove(question.key(), question);
        fail(question, "no answer within auth_query_timeout");
        for (var entry : Map.copyOf(running).entrySet()) {
            if (entry.getValue() == question) {
                drop(entry.getKey(), "auth_query_timeout");
            }
        }
        pump();
    }

    private void fail(AuthQuestion question, String reason) {
        askers -= question.isOver() ? 0 : question.askers();
        refuse(question, reason);
    }

    private void refuse(AuthQuestion question, String reason) {
        log.warn(
                "auth_query_failed database={} auth_user={} logins={} cause=\"{}\"",
                key.database.name(),
                key.authUser,
                question.askers(),
                reason.replace('\n', ' ').replace('\r', ' '));
        question.answer(new Account.Unavailable(question.key().user(), CLIENTS_REASON));
    }

    private void end(AuthQuestion question, Account account) {
        askers -= question.isOver() ? 0 : question.askers();
        assert askers >= 0 : askers;
        question.answer(account);
    }

    /** Gives each free connection the oldest question of a user that no other one asks about. */
    private void pump() {
        for (var entries = waiting.values().iterator(); entries.hasNext(); ) {
            AuthQuestion question = entries.next();
            if (sent.contains(question.key())) {
                continue;
            }
            AuthConversation free = poll();
            if (free == null) {
                open();
                return;
            }
            entries.remove();
            sent.add(question.key());
            running.put(free, question);
            free.ask(question.key().query(), question.key().user());
        }
    }

    private @Nullable AuthConversation poll() {
        AuthConversation free = idle.pollLast();
        while (free != null && !free.isOpen()) {
            free = idle.pollLast();
        }
        return free;
    }

    // --- answers ------------------------------------------------------------------------------

    @Override
    public void answered(AuthConversation who, List<List<@Nullable String>> rows) {
        assertInLoop();
        AuthQuestion question = finished(who);
        if (question != null) {
            try {
                end(question, AuthAnswer.of(question.key().user(), rows));
            } catch (AuthAnswer.Nonsense e) {
                fail(question, "it returned " + e.getMessage());
            }
        }
        free(who);
    }

    @Override
    public void refused(AuthConversation who, ServerFailure failure) {
        assertInLoop();
        AuthQuestion question = finished(who);
        if (question != null) {
            fail(question, failure.sqlState() + ": " + failure.message());
        }
        free(who);
    }

    @Override
    public void lost(AuthConversation who, @Nullable String why) {
        assertInLoop();
        idle.remove(who);
        AuthQuestion question = finished(who);
        if (question != null && question.maySendAgain() && !waiting.containsKey(question.key())) {
            waiting.put(question.key(), question);
        } else if (question != null) {
            fail(question, why == null ? "the server closed the connection" : why);
        }
        pump();
    }

    private @Nullable AuthQuestion finished(AuthConversation who) {
        AuthQuestion question = running.remove(who);
        if (question != null) {
            sent.remove(question.key());
        }
        return question;
    }

    private void free(AuthConversation who) {
        if (closed) {
            who.close("the configuration has changed");
            return;
        }
        if (who.isOpen()) {
            idle.addLast(who);
        }
        pump();
    }

    private void drop(AuthConversation who, String reason) {
        idle.remove(who);
        finished(who);
        who.close(reason);
    }

    // --- connections --------------------------------------------------------------------------

    private void open() {
        int most = config.get(Settings.AUTH_QUERY_POOL_SIZE);
        if (connections < most && opening < Math.max(1, waiting.size())) {
            connections++;
            opening++;
            connector.open(target(), loop, statements, new Opening());
        }
    }

    private ServerTarget target() {
        List<ServerAddress> hosts = key.database.hosts();
        Duration limit = config.get(Settings.AUTH_QUERY_TIMEOUT);
        Duration connect = config.get(Settings.SERVER_CONNECT_TIMEOUT);
        return new ServerTarget(
                key.database,
                hosts.get(Math.floorMod(host, hosts.size())),
                key.authUser,
                Map.of(
                        "search_path",
                        "pg_catalog, \"$user\", public, pg_temp",
                        "client_encoding",
                        "UTF8",
                        "DateStyle",
                        "ISO",
                        "TimeZone",
                        "UTC",
                        "statement_timeout",
                        String.valueOf(limit.toMillis()),
                        "application_name",
                        "weir auth_query"),
                connect.isZero() || connect.compareTo(limit) > 0 ? limit : connect,
                null,
                new ServerTarget.LoginRules(
                        config.get(Settings.SERVER_ALLOW_CLEARTEXT),
                        config.get(Settings.SERVER_SCRAM_ITERATIONS_MAX)),
                SocketSettings.of(config));
    }

    private final class Opening implements Connector.Opening {
        private boolean decided;

        @Override
        public void opened(ServerConnection connection) {
            decide();
            outage = null;
            failedHosts = 0;
            free(new AuthConversation(connection, AuthServer.this));
            tick();
        }

        @Override
        public void failed(ServerFailure failure) {
            decide();
            unreachable(failure);
        }

        @Override
        public void closed() {
            decide();
            connections--;
            pump();
        }

        private void decide() {
            if (!decided) {
                decided = true;
                opening--;
            }
        }
    }

    /** Once no host is left to try, nobody waits any longer. */
    private void unreachable(ServerFailure failure) {
        host++;
        failedHosts++;
        boolean isLast = failedHosts >= key.database.hosts().size() || failure.isRefusedLogin();
        if (!isLast || !running.isEmpty() || !idle.isEmpty()) {
            return; // pump() goes on when the socket is gone
        }
        failedHosts = 0;
        Duration pause = failure.isRefusedLogin() ? config.get(Settings.SERVER_LOGIN_RETRY) : PAUSE;
        outage =
                new Outage(
                        failure,
                        nanoTime() + pause.toNanos(),
                        connector.credentialVersion(key.database, key.authUser));
        List<AuthQuestion> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(question -> fail(question, why(failure)));
    }

    private @Nullable ServerFailure failureNow() {
        Outage now = outage;
        if (now == null || nanoTime() - now.untilNanos >= 0) {
            return null;
        }
        long credential = connector.credentialVersion(key.database, key.authUser);
        return now.credential == credential ? now.failure : null;
    }

    private static String why(@Nullable ServerFailure failure) {
        return failure == null
                ? "the configuration has changed"
                : failure.sqlState() + ": " + failure.message();
    }

    /** Once a second while there are connections: closes those that are old or not needed. */
    private void tick() {
        ScheduledFuture<?> next = ticking;
        if (next == null && connections > 0 && !closed) {
            ticking =
                    loop.schedule(
                            () -> {
                                ticking = null;
                                expireIdle();
                                tick();
                            },
                            TICK_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void expireIdle() {
        long now = nanoTime();
        Duration most = config.get(Settings.SERVER_IDLE_TIMEOUT);
        Duration lifetime = config.get(Settings.SERVER_LIFETIME);
        for (AuthConversation one : List.copyOf(idle)) {
            boolean old = one.ageNanos(now) > lifetime.toNanos();
            boolean spare = !most.isZero() && one.idleNanos(now) > most.toNanos();
            if (old || spare) {
                drop(one, old ? "server_lifetime" : "server_idle_timeout");
            }
        }
    }

    /** Lives by another configuration, of which this database and user are the same. */
    void configure(Config next) {
        assertInLoop();
        config = next;
        outage = null;
    }

    /** Ends once the questions that were sent are answered. */
    void close() {
        assertInLoop();
        closed = true;
        outage = null;
        List.copyOf(idle).forEach(one -> drop(one, "the configuration has changed"));
        List.copyOf(waiting.values()).forEach(question -> fail(question, why(null)));
        waiting.clear();
        if (ticking != null) {
            ticking.cancel(false);
        }
    }

    @Override
    public String toString() {
        return "AuthServer[" + key.database.name() + "/" + key.authUser + "]";
    }
}
