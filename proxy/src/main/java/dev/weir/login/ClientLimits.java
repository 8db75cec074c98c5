package dev.weir.login;

import dev.weir.config.PoolSettings;
import dev.weir.error.ProxyError;
import dev.weir.metrics.Limit;
import dev.weir.metrics.LimitMeters;
import dev.weir.pool.Permits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the clients that have logged in: in all ({@code max_client_conn}), of each database
 * ({@code max_db_client_connections}) and of each user ({@code max_user_client_connections}).
 * Thread-safe.
 */
public final class ClientLimits {
    private final LimitMeters meters;
    private final Permits all = new Permits();
    private final Permits others = new Permits();
    private final Named ofDatabases = new Named();
    private final Named ofUsers = new Named();
    private final LoginResults results = new LoginResults();

    public ClientLimits() {
        this(new LimitMeters());
    }

    /**
     * @param meters notes the use of {@code max_client_conn}
     */
    public ClientLimits(LimitMeters meters) {
        this.meters = meters;
    }

    LimitMeters meters() {
        return meters;
    }

    LoginResults results() {
        return results;
    }

    /** Number of clients by name; names without clients are not kept. */
    private static final class Named {
        private final Map<String, Integer> counts = new HashMap<>();

        /**
         * @param max 0 = any number
         */
        synchronized boolean tryTake(String name, int max) {
            int now = counts.getOrDefault(name, 0);
            boolean isFree = max == 0 || now < max;
            if (isFree) {
                counts.put(name, now + 1);
            }
            return isFree;
        }

        synchronized void free(String name) {
            counts.computeIfPresent(name, (_, now) -> now == 1 ? null : now - 1);
        }
    }

    /** A client's place in its database and among its user's clients. */
    public static final class Place {
        private final ClientLimits limits;
        private final String database;
        private final String user;

        private Place(ClientLimits limits, String database, String user) {
            this.limits = limits;
            this.database = database;
            this.user = user;
        }

        /** Gives it back; once. */
        public void leave() {
            limits.ofDatabases.free(database);
            limits.ofUsers.free(user);
        }
    }

    /**
     * Counts a client in.
     *
     * @param max {@code max_client_conn}
     * @return what to free when it leaves; null if the limit is reached
     */
    @Nullable Permits arrive(int max) {
        if (!all.tryTake(max)) {
            meters.refuses(Limit.CLIENT_CONNECTIONS);
            return null;
        }
        meters.reaches(Limit.CLIENT_CONNECTIONS, all.used());
        return all;
    }

    /** Counts a client in without {@code max_client_conn}; to be freed when it leaves. */
    Permits arriveBeside() {
        others.tryTake(0);
        meters.reaches(Limit.CONSOLE_CONNECTIONS, others.used());
        return others;
    }

    /** Whether {@code max_client_conn} is reached, so that a client is refused. */
    boolean isFull(int max) {
        boolean isFull = max > 0 && all.used() >= max;
        if (isFull) {
            meters.refuses(Limit.CLIENT_CONNECTIONS);
        }
        return isFull;
    }

    /** How many clients count towards {@code max_client_conn}. */
    int clients() {
        return all.used();
    }

    boolean isEmpty() {
        return all.used() + others.used() == 0;
    }

    /**
     * Takes a place for a client that has logged in.
     *
     * @param settings of its pool
     */
    public Verdict<Place> enter(String database, String user, PoolSettings settings) {
        return enter(
                database,
                user,
                settings.maxDbClientConnections(),
                settings.maxUserClientConnections());
    }

    /**
     * As {@link #enter(String, String, PoolSettings)}, for a client of no pool.
     *
     * @param databaseMax 0 = any number
     * @param userMax 0 = any number
     */
    public Verdict<Place> enter(String database, String user, int databaseMax, int userMax) {
        Verdict<Place> verdict = take(database, user, databaseMax, userMax);
        results.count(
                verdict instanceof Verdict.Refused<Place> ? LoginResult.LIMIT : LoginResult.OK);
        return verdict;
    }

    private Verdict<Place> take(String database, String user, int databaseMax, int userMax) {
        if (!ofDatabases.tryTake(database, databaseMax)) {
            return Verdict.refuse(ProxyError.TOO_MANY_DATABASE_CLIENTS);
        }
        if (!ofUsers.tryTake(user, userMax)) {
            ofDatabases.free(database);
            return Verdict.refuse(ProxyError.TOO_MANY_USER_CLIENTS);
        }
        return Verdict.grant(new Place(this, database, user));
    }
}
