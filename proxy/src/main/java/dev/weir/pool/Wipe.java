package dev.weir.pool;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerStatements;
import dev.weir.error.EndReason;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Removes everything that a client may have left on a server connection: settings, role, locks,
 * channels, cursors, temporary objects, statements of PREPARE, values of sequences, the seed of
 * random(). Prepared statements of the protocol stay.
 *
 * <p>The plans of functions go, too, if settings have probably changed of which Weir is not told:
 * they were made under these.
 *
 * <p>What it does not reach is listed in docs/pool-modes.md; a client that uses such a thing keeps
 * its connection, which is closed when it leaves.
 */
final class Wipe implements InjectedQuery {
    /*
     * One Query, and so one transaction. Nothing may be sent before it is answered: if a
     * statement_timeout that the client left cancelled it, the next client's query would run on a
     * connection that was not wiped.
     *
     * The order matters. A superuser's settings can only be reset by a superuser, so the session's
     * own user is restored first. RESET ALL leaves the role. A lock_timeout must not hit DISCARD.
     */
    private static final String COMMANDS =
            "SET SESSION AUTHORIZATION DEFAULT;RESET ALL;RESET ROLE;CLOSE ALL;UNLISTEN *;"
                    + "DISCARD TEMP;DISCARD SEQUENCES;";

    private static final String SELECT =
            "SELECT pg_catalog.string_agg("
                    + "'DEALLOCATE ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(name),';')"
                    + " FILTER (WHERE from_sql),"
                    + "pg_catalog.count(*) FILTER (WHERE NOT from_sql),"
                    + "pg_catalog.pg_advisory_unlock_all(),pg_catalog.setseed(";

    private static final String FROM = ") FROM pg_catalog.pg_prepared_statements";

    private final Lease lease;
    private final Runnable done;

    /** The commands that deallocate statements of PREPARE; null if there are none. */
    private @Nullable String deallocation;

    private Wipe(Lease lease, Runnable done) {
        this.lease = lease;
        this.done = done;
    }

    /** The command that starts random() on another sequence, which nobody can predict. */
    static String reseeding(RandomGenerator chance) {
        return "SELECT pg_catalog.setseed(" + chance.nextDouble() + ")";
    }

    /**
     * Wipes a connection, and brings it to the state it was opened in.
     *
     * @param connectQuery the query that is run on each new connection; null for none
     * @param done run if the wipe succeeds; else the connection is closed
     */
    static void start(
            Lease lease, @Nullable String connectQuery, RandomGenerator chance, Runnable done) {
        Runnable then = connectQuery == null ? done : () -> lease.run(connectQuery, done);
        String plans = lease.mayHaveOddPlans() ? "DISCARD PLANS;" : "";
        String sql = COMMANDS + plans + SELECT + chance.nextDouble() + FROM;
        lease.ask(sql, new Wipe(lease, then));
    }

    @Override
    public void row(List<@Nullable String> values) {
        deallocation = values.get(0);
        String left = values.get(1);
        ServerStatements known = lease.server().statements();
        if (left == null || Long.parseLong(left) < known.size()) {
            known.distrust(); // what ran has taken some away: nobody else is to miss them
        }
    }

    @Override
    public void succeeded() {
        String next = deallocation;
        // the turn must end first
        lease.loop()
                .execute(
                        next == null
                                ? done
                                : () -> lease.check(next, "taking away statements", done));
    }

    @Override
    public void failed() {
        lease.loop().execute(() -> lease.discard(EndReason.NOT_WIPED.words()));
    }
}
