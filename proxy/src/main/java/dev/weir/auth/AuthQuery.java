package dev.weir.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.backend.Connector;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks PostgreSQL for the secrets of users that are not in {@code auth_file}. Every login asks
 * anew, see {@link AuthServer}; only Weir's own logins to servers reuse an answer, for a few
 * seconds.
 */
final class AuthQuery {
    /** How long an answer may be used to open server connections. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final int ANSWERS_MAX = 10_000;

    private final Connector connector;
    private final List<EventLoop> loops;
    private final ConcurrentHashMap<AuthServer.Key, AuthServer> servers = new ConcurrentHashMap<>();
    private final Cache<Asked, Account> recent =
            Caffeine.newBuilder().expireAfterWrite(FRESH).maximumSize(ANSWERS_MAX).build();
    private volatile Config config;

    private record Asked(AuthServer.Key server, AuthQuestion.Key question) {}

    AuthQuery(Config config, Connector connector, List<EventLoop> loops) {
        this.config = config;
        this.connector = connector;
        this.loops = loops;
    }

    /**
     * Asks.
     *
     * @param entry the entry that the client asks for; null for none
     * @param then runs on {@code loop}, never before this returns
     * @return false if there is no server to ask; {@code then} is not called in that case
     */
    boolean ask(String user, @Nullable Database entry, EventExecutor loop, Consumer<Account> then) {
        Asked asked = asked(user, entry);
        if (asked == null) {
            return false;
        }
        AuthServer server = server(asked.server);
        Consumer<Account> remembering =
                account -> {
                    remember(asked, account);
                    then.accept(account);
                };
        server.loop().execute(() -> server.ask(asked.question, loop, remembering));
        return true;
    }

    /**
     * Asks for Weir's own login to a server, for which an answer from the last few seconds is good
     * enough. The connection that asks must not need an answer to log in itself.
     *
     * @param anew whether it is not
     */
    boolean askForServer(
            String user, Database entry, boolean anew, EventExecutor loop, Consumer<Account> then) {
        if (authUser(config, entry).equals(user)) {
            return false;
        }
        Asked asked = asked(user, entry);
        Account fresh = asked == null || anew ? null : recent.getIfPresent(asked);
        if (fresh == null) {
            return ask(user, entry, loop, then);
        }
        loop.execute(() -> then.accept(fresh));
        return true;
    }

    private void remember(Asked asked, Account account) {
        if (account instanceof Account.Unavailable) {
            recent.invalidate(asked);
        } else {
            recent.put(asked, account);
        }
    }

    private AuthServer server(AuthServer.Key key) {
        return servers.computeIfAbsent(
                key,
                _ -> {
                    EventLoop loop = loops.get(Math.floorMod(key.hashCode(), loops.size()));
                    return new AuthServer(key, config, connector, loop);
                });
    }

    private @Nullable Asked asked(String user, @Nullable Database entry) {
        Config now = config;
        String authUser = authUser(now, entry);
        if (authUser.isEmpty() || !AuthAnswer.isPossible(user)) {
            return null;
        }
        Database database = database(now, entry);
        if (database == null) {
            return null;
        }
        String query = entry == null ? null : entry.authQuery();
        return new Asked(
                new AuthServer.Key(database, authUser),
                new AuthQuestion.Key(query == null ? now.get(Settings.AUTH_QUERY) : query, user));
    }

    /** The user that asks for the clients of {@code entry}; empty if there is none. */
    static String authUser(Config config, @Nullable Database entry) {
        String own = entry == null ? null : entry.authUser();
        return own == null ? config.get(Settings.AUTH_USER) : own;
    }

    private static @Nullable Database database(Config config, @Nullable Database entry) {
        String own = entry == null ? null : entry.authDbname();
        String name = own == null ? config.get(Settings.AUTH_DBNAME) : own;
        return name.isEmpty() ? entry : config.database(name);
    }

    /**
     * Applies another configuration; connections to servers whose settings it changes are closed.
     */
    void configure(Config next) {
        config = next;
        recent.invalidateAll();
        for (AuthServer server : new ArrayList<>(servers.values())) {
            server.loop().execute(() -> server.configure(next));
        }
        servers.entrySet()
                .removeIf(entry -> {
                    Database database = entry.getKey().database();
                    boolean same = database.equals(next.database(database.name()));
                    AuthServer server = entry.getValue();
                    if (!same) {
                        server.loop().execute(server::close);
                    }
                    return !same;
                });
    }

    /** Closes all connections; nothing is asked afterwards. */
    void close() {
        for (AuthServer server : servers.values()) {
            server.loop().execute(server::close);
        }
    }
}
