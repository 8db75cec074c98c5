package dev.weir.observe;

import dev.weir.auth.Users;
import dev.weir.cluster.Clusters;
import dev.weir.config.Config;
import dev.weir.login.LoginResult;
import dev.weir.login.Peers;
import dev.weir.metrics.Readings;
import dev.weir.net.HostNames;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What may be asked of the process as a whole, on any thread. Implemented by {@code app}. */
public interface Control {
    /** The current configuration. */
    Config config();

    /** The current users. */
    Users users();

    /** The host names of servers and their addresses. */
    HostNames names();

    /** The databases with nodes, and what is known of their nodes. */
    Clusters clusters();

    /** The other processes that share the port. */
    Peers peers();

    /** The version of this build, such as {@code 0.1.0}. */
    String version();

    /** How many clients count towards {@code max_client_conn}. */
    int clients();

    /** How many connections have not logged in yet. */
    int logins();

    /** How long logins took. */
    CompletableFuture<Readings> loginTimes();

    /** How many attempts to log in ended in which way, in a fixed order. */
    Map<LoginResult, Long> loginResults();

    /** Reads the configuration again, and all files that it names. */
    CompletableFuture<Change> reload();

    /** How the last {@link #reload} went. */
    Reloaded lastReload();

    /**
     * How a RELOAD went.
     *
     * @param isMade whether it could be carried out, or none has been tried
     * @param read when the configuration was last read that is in force now
     */
    record Reloaded(boolean isMade, Instant read) {}

    /** Gives a setting another value. */
    CompletableFuture<Change> set(String name, String value);

    /**
     * What became of a change of the configuration.
     *
     * @param problems what is wrong, with its place; if there is anything, nothing has changed
     * @param postponed what of the new configuration waits for a restart
     */
    record Change(List<String> problems, List<String> postponed) {
        public Change {
            problems = List.copyOf(problems);
            postponed = List.copyOf(postponed);
        }

        /** Whether the new configuration holds now. */
        public boolean isMade() {
            return problems.isEmpty();
        }
    }

    /** Keeps new clients waiting, or accepts them again. */
    void accepts(boolean on);

    /** Ends the process, at once or when nobody uses it any longer. */
    void shutDown(Shutdown how);

    /** Whether the process is about to end. */
    boolean isShuttingDown();

    /** How the process ends. */
    enum Shutdown {
        /** At once, whatever clients are doing. */
        IMMEDIATE,
        /** When every server connection has been given back. No client gets another one. */
        WAIT_FOR_SERVERS,
        /** When the last client has left. No client may come in. */
        WAIT_FOR_CLIENTS
    }
}
