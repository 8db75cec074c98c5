package dev.weir.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Pools;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queries PostgreSQL for the secrets of users that are not in {@code auth_file}. Every login runs a
 * query, see {@link AuthQuestions}; only Weir's own logins to servers reuse an answer, for a few
 * seconds.
 */
final class AuthQuery {
    /** How long an answer may be used to open server connections. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private static final int ANSWERS_MAX = 10_000;

    private static final Logger log = LoggerFactory.getLogger(AuthQuery.class);

    private final Pools pools;
    private final ConcurrentHashMap<AuthQuestions.Key, AuthQuestions> all =
            new ConcurrentHashMap<>();
    private final Cache<Asked, Account> recent =
            Caffeine.newBuilder().expireAfterWrite(FRESH).maximumSize(ANSWERS_MAX).build();
    private volatile Config config;

    private record Asked(AuthQuestions.Key where, AuthQuestion.Key question) {}

    AuthQuery(Config config, Pools pools) {
        this.config = config;
        this.pools = pools;
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
        String closed = whyClosed(asked.where.database());
        if (closed != null) {
            log.warn("auth_query_failed user={} cause=\"{}\"", user, closed);
            loop.execute(() -> then.accept(new Account.Unavailable(user, closed)));
            return true;
        }
        AuthQuestions questions = questions(asked.where);
        if (questions == null) {
            var nobody = new Account.Unavailable(user, AuthQuestions.CLIENTS_REASON);
            loop.execute(() -> then.accept(nobody));
            return true;
        }
        boolean isOwn = entry != null && asked.where.database().equals(entry.name());
        Consumer<Account> remembering =
                account -> {
                    remember(asked, account);
                    then.accept(
                            account instanceof Account.Unavailable failed && !isOwn
                                    ? failed.ofOtherDatabase()
                                    : account);
                };
        questions.loop().execute(() -> questions.ask(asked.question, loop, remembering));
        return true;
    }

    /** Why no query can run in a database now, in PgBouncer's words; null if one can. */
    private @Nullable String whyClosed(String database) {
        String name = "authentication database \"" + database + "\" is ";
        if (config.database(database) == null) {
            return name + "not configured";
        }
        return pools.isDisabled(database) ? name + "disabled" : null;
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

    /** The questions; null if the database was removed just now. */
    private @Nullable AuthQuestions questions(AuthQuestions.Key key) {
        return all.computeIfAbsent(
                key,
                _ -> {
                    ClientShard shard =
                            pools.enter(key.database(), key.authUser(), AuthQueryUse.INSTANCE);
                    return shard == null
                            ? null
                            : new AuthQuestions(
                                    key, config, pools, shard, quiet -> all.remove(key, quiet));
                });
    }

    private @Nullable Asked asked(String user, @Nullable Database entry) {
        Config now = config;
        String authUser = authUser(now, entry);
        if (authUser.isEmpty() || !AuthAnswer.isPossible(user)) {
            return null;
        }
        String database = database(now, entry);
        if (database == null) {
            return null;
        }
        String query = entry == null ? null : entry.authQuery();
        return new Asked(
                new AuthQuestions.Key(database, authUser),
                new AuthQuestion.Key(query == null ? now.get(Settings.AUTH_QUERY) : query, user));
    }

    /** The user that runs the query for clients of {@code entry}; empty if there is none. */
    static String authUser(Config config, @Nullable Database entry) {
        String own = entry == null ? null : entry.authUser();
        return own == null ? config.get(Settings.AUTH_USER) : own;
    }

    /** The database in which the query runs; null if there is none. */
    private static @Nullable String database(Config config, @Nullable Database entry) {
        String own = entry == null ? null : entry.authDbname();
        String name = own == null ? config.get(Settings.AUTH_DBNAME) : own;
        return !name.isEmpty() ? name : entry == null ? null : entry.name();
    }

    /** In how many databases, and as how many users, something is being asked. */
    int size() {
        return all.size();
    }

    /** Applies another configuration; ends the questions in databases that it no longer has. */
    void configure(Config next) {
        config = next;
        recent.invalidateAll();
        all.values()
                .removeIf(questions -> {
                    boolean stays = next.database(questions.database()) != null;
                    questions
                            .loop()
                            .execute(stays ? () -> questions.configure(next) : questions::close);
                    return !stays;
                });
    }

    /** Ends; nothing is asked afterwards. */
    void close() {
        for (AuthQuestions questions : all.values()) {
            questions.loop().execute(questions::close);
        }
    }
}
