package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What new clients are told on behalf of their server: what it reported to the first client with
 * the same startup parameters. Any thread may ask.
 *
 * <p>All of it rests on what the server reported at the most recent login of a connection, before
 * any client had it. It is dropped when the server reports something else at another login, when it
 * changes something there that no client can change, and when no connection is left that could
 * notice such a change; but while the server is away and nothing better can be known, clients are
 * told what was last true. A standby that is promoted says nothing until it is sent a query. Weir
 * asks it once a second as long as clients come: a client that wants the primary sends no query
 * itself, but leaves.
 */
final class Greetings {
    /** How many different sets of startup parameters are remembered. */
    private static final int STARTUPS_MAX = 1_000;

    /** How long a standby is assumed to be one still. */
    private static final long STANDBY_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private static final String APPLICATION_NAME = "application_name";

    private final ConcurrentHashMap<ParameterSet, ParameterSet> byStartup =
            new ConcurrentHashMap<>();

    /** What the server reports at a login that sets no parameters; null if not known yet. */
    private volatile @Nullable ParameterSet login;

    /** When a server last confirmed that; as {@link System#nanoTime}. */
    private volatile long reportedNanos;

    /** What a client with these startup parameters is told; null if that is not known. */
    @Nullable ParameterSet find(ParameterSet startup) {
        return login == null ? null : byStartup.get(startup);
    }

    /** Like {@link #find}, but also gives what was true when the last connection was lost. */
    @Nullable ParameterSet findLast(ParameterSet startup) {
        return byStartup.get(startup);
    }

    /** Whether the last report is too old to tell a standby from a primary. */
    boolean isOld(long now) {
        return now - reportedNanos > STANDBY_NANOS_MAX;
    }

    /**
     * Remembers what the server reports now on a connection with these startup parameters.
     *
     * @param toldAtLogin what it reported at that connection's login
     */
    synchronized void learn(
            ParameterSet startup, ParameterSet reported, ParameterSet toldAtLogin, long now) {
        if (login == null) {
            reported(toldAtLogin);
        } else if (!toldAtLogin.equals(login)) {
            return; // that connection is older than what the server last reported
        }
        reportedNanos = now;
        if (byStartup.size() >= STARTUPS_MAX) {
            byStartup.clear();
        }
        String name = toldAtLogin.get(APPLICATION_NAME);
        boolean isNamed = startup.get(APPLICATION_NAME) != null;
        ParameterSet nameless = reported.without(APPLICATION_NAME);
        ParameterSet others = name == null ? nameless : reported.with(APPLICATION_NAME, name);
        byStartup.put(startup, isNamed ? reported : others);
    }

    /** What a server reports at a login that sets no parameters; null if not known. */
    @Nullable ParameterSet login() {
        return login;
    }

    /**
     * A server reports this at a login, or would do so now.
     *
     * @param except the parameters that the login itself set: the report tells nothing about those
     */
    synchronized void reported(ParameterSet toldAtLogin, ParameterSet except) {
        ParameterSet known = login;
        if (except.isEmpty()) {
            reported(toldAtLogin);
        } else if (known != null) {
            ParameterSet rest = toldAtLogin;
            for (String name : except.names()) {
                String value = known.get(name);
                rest = value == null ? rest : rest.with(name, value);
            }
            reported(rest);
        }
    }

    private void reported(ParameterSet toldAtLogin) {
        if (!toldAtLogin.equals(login)) {
            byStartup.clear();
            login = toldAtLogin;
        }
    }

    /** No connection is left: the next one tells what is true. */
    synchronized void doubt() {
        login = null;
    }

    /** All connections are being replaced; the server may report anything on the new ones. */
    synchronized void forget() {
        byStartup.clear();
        login = null;
    }
}
