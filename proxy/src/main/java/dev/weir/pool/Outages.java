package dev.weir.pool;

import dev.weir.backend.ServerFailure;
import dev.weir.config.ServerAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of a pool to which no new connection can be opened at the moment, and when to try
 * again. Open connections are not concerned. Any thread may ask.
 */
final class Outages {
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);

    private final LongSupplier nanoTime;
    private final LongSupplier credentialVersion;

    /** Immutable; replaced under the lock. */
    private volatile Map<ServerAddress, Outage> byHost = Map.of();

    /**
     * One host could not be reached, or refused the login.
     *
     * @param credential the version of the credential that was refused
     */
    private record Outage(
            ServerFailure failure, long retryNanos, Duration pause, long credential) {}

    /**
     * @param credentialVersion a number that differs once a login that was refused may succeed
     */
    Outages(LongSupplier nanoTime, LongSupplier credentialVersion) {
        this.nanoTime = nanoTime;
        this.credentialVersion = credentialVersion;
    }

    /**
     * Notes that a connection could not be opened. The pause before the next try doubles each time,
     * but after a refused login it is the longest at once, for every host: more tries could lock
     * the account.
     *
     * @param hosts all that the pool has
     * @param pauseMax the longest pause
     * @return the pause; null if the host was known to be away, by a connection that was opened at
     *     the same time
     */
    synchronized @Nullable Duration failed(
            ServerAddress host,
            List<ServerAddress> hosts,
            ServerFailure failure,
            Duration pauseMax) {
        Outage before = byHost.get(host);
        if (before != null && lasts(before)) {
            return null;
        }
        boolean refused = failure.isRefusedLogin();
        Duration pause = before == null ? PAUSE_MIN : before.pause.multipliedBy(2);
        if (refused || pause.compareTo(pauseMax) > 0) {
            pause = pauseMax;
        }
        if (hosts.size() > 1 && pause.compareTo(PAUSE_MIN) < 0) {
            pause = PAUSE_MIN; // else two hosts that are away would be tried in turn for ever
        }
        long retry = nanoTime.getAsLong() + pause.toNanos();
        var outage = new Outage(failure, retry, pause, credentialVersion.getAsLong());
        var next = new HashMap<>(byHost);
        for (ServerAddress one : refused ? hosts : List.of(host)) {
            next.put(one, outage);
        }
        byHost = Map.copyOf(next);
        return pause;
    }

    /** A refused login is not tried again before its time, unless the credential is another. */
    private boolean lasts(Outage outage) {
        return nanoTime.getAsLong() - outage.retryNanos < 0
                && !(outage.failure.isRefusedLogin()
                        && outage.credential != credentialVersion.getAsLong());
    }

    /** Notes that a connection was opened; says whether its host was unreachable before. */
    boolean reached(ServerAddress host) {
        return !byHost.isEmpty() && ended(host);
    }

    private synchronized boolean ended(ServerAddress host) {
        var next = new HashMap<>(byHost);
        boolean wasAway = next.remove(host) != null;
        byHost = Map.copyOf(next);
        return wasAway;
    }

    synchronized void clear() {
        byHost = Map.of();
    }

    /** Whether it is not too early for another try. */
    boolean mayTry(ServerAddress host) {
        Outage outage = byHost.get(host);
        return outage == null || !lasts(outage);
    }

    /** Whether another host than this one may be tried now. */
    boolean mayTryAnother(ServerAddress host, List<ServerAddress> hosts) {
        for (ServerAddress other : hosts) {
            if (!other.equals(host) && mayTry(other)) {
                return true;
            }
        }
        return false;
    }

    /** Why no new connection can be opened now; null if at least one of the hosts may be tried. */
    @Nullable ServerFailure why(List<ServerAddress> hosts) {
        Map<ServerAddress, Outage> now = byHost;
        if (now.isEmpty()) {
            return null;
        }
        ServerFailure failure = null;
        for (ServerAddress host : hosts) {
            Outage outage = now.get(host);
            if (outage == null || !lasts(outage)) {
                return null;
            }
            failure = outage.failure;
        }
        return failure;
    }

    /** Whether all hosts were away when last tried, and it is time to see if one is back. */
    boolean isProbeDue(List<ServerAddress> hosts) {
        Map<ServerAddress, Outage> now = byHost;
        return now.keySet().containsAll(hosts) && why(hosts) == null;
    }
}
