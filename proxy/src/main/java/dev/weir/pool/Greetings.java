package dev.weir.pool;

import dev.weir.backend.ParameterSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What new clients are told in their server's place: what it reported to the first one with the
 * same startup parameters. Any thread may ask.
 *
 * <p>All of it rests on what the connection that was opened last was told at its login, before any
 * client had it. It is dropped when another connection is told something else, when the server
 * changes something there that no client can, and when no connection is left that could say so; but
 * while the server is away, and nothing better can be known, what was true last is told. A standby
 * that is promoted says nothing until it is asked something; it is asked once a second as long as
 * clients come: one that wants the primary asks nothing itself, but leaves.
 */
final class Greetings {
    /** How many different sets of startup parameters are remembered. */
    private static final int STARTUPS_MAX = 1_000;

    /** For how long a standby is believed to be one still. */
    private static final long STANDBY_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private static final String APPLICATION_NAME = "application_name";

    private final ConcurrentHashMap<ParameterSet, ParameterSet> byStartup =
            new ConcurrentHashMap<>();

    /** What the server tells a connection at its login; null if no connection has said so yet. */
    private volatile @Nullable ParameterSet login;

    /** When a server last said so; as {@link System#nanoTime}. */
    private volatile long saidNanos;

    /** What a client with these startup parameters is told; null if that is not known. */
    @Nullable ParameterSet find(ParameterSet startup) {
        return login == null ? null : byStartup.get(startup);
    }

    /** The same, or what it was when the last connection was lost. */
    @Nullable ParameterSet findLast(ParameterSet startup) {
        return byStartup.get(startup);
    }

    /** Whether no server has said so for longer than a standby is believed to be one. */
    boolean isOld(long now) {
        return now - saidNanos > STANDBY_NANOS_MAX;
    }

    /**
     * Remembers what a connection reports now that has these startup parameters.
     *
     * @param toldAtLogin what that connection was told at its login
     */
    synchronized void learn(
            ParameterSet startup, ParameterSet reported, ParameterSet toldAtLogin, long now) {
        if (login == null) {
            says(toldAtLogin);
        } else if (!toldAtLogin.equals(login)) {
            return; // it is older than what others were told
        }
        saidNanos = now;
        if (byStartup.size() >= STARTUPS_MAX) {
            byStartup.clear();
        }
        String name = toldAtLogin.get(APPLICATION_NAME);
        boolean isNamed = startup.get(APPLICATION_NAME) != null;
        ParameterSet nameless = reported.without(APPLICATION_NAME);
        ParameterSet others = name == null ? nameless : reported.with(APPLICATION_NAME, name);
        byStartup.put(startup, isNamed ? reported : others);
    }

    /** What a server tells at a login that asks for nothing; null if none has said so yet. */
    @Nullable ParameterSet login() {
        return login;
    }

    /**
     * A server tells this at a login, or would now.
     *
     * @param except what the login has asked for: so it says nothing about that
     */
    synchronized void says(ParameterSet toldAtLogin, ParameterSet except) {
        ParameterSet known = login;
        if (except.isEmpty()) {
            says(toldAtLogin);
        } else if (known != null) {
            ParameterSet rest = toldAtLogin;
            for (String name : except.names()) {
                String value = known.get(name);
                rest = value == null ? rest : rest.with(name, value);
            }
            says(rest);
        }
    }

    private void says(ParameterSet toldAtLogin) {
        if (!toldAtLogin.equals(login)) {
            byStartup.clear();
            login = toldAtLogin;
        }
    }

    /** No connection is left: the next one says what is true. */
    synchronized void doubt() {
        login = null;
    }

    /** All connections are to be replaced by others, which may say anything. */
    synchronized void forget() {
        byStartup.clear();
        login = null;
    }
}
