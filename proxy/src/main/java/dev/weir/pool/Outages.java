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
 * The hosts of a pool to which no new connection can be opened at the moment: why, since when, and
 * when to try again. Open connections are not affected. Any thread may ask.
 */
final class Outages {
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);

    private final LongSupplier nanoTime;
    private final LongSupplier credentialVersion;

    /** Immutable; replaced under the lock. */
    private volatile Map<ServerAddress, Outage> byHost = Map.of();

    /**
     * A host could not be reached, or refused the login.
     *
     * @param failure why the last try failed
     * @param tries how many tries have failed for a reason of this kind
     * @param sinceNanos when the first of them failed
     * @param retryNanos when the next try may begin
     * @param pause the time between the last try and the next
     * @param credential the version of the credential that was refused
     */
    record Outage(
            ServerFailure failure,
            int tries,
            long sinceNanos,
            long retryNanos,
            Duration pause,
            long credential) {
        /** Whether this is the first failure of its kind. */
        boolean isNew() {
            return tries == 1;
        }

        Outage retriedAt(long nanos) {
            return new Outage(failure, tries, sinceNanos, nanos, PAUSE_MIN, credential);
        }
    }

    /**
     * @param credentialVersion a number that changes when a refused login may succeed
     */
    Outages(LongSupplier nanoTime, LongSupplier credentialVersion) {
        this.nanoTime = nanoTime;
        this.credentialVersion = credentialVersion;
    }

    /**
     * Notes that a connection could not be opened. The pause before the next try doubles each time;
     * after a refused login it is the longest at once, for every host: more tries could lock the
     * account.
     *
     * @param hosts all hosts of the pool
     * @param pauseMax the longest pause; raised to 0.1 s where clients may wait
     * @return what is known of the host now; null if the outage was known already, from a
     *     connection that was being opened at the same time
     */
    synchronized @Nullable Outage failed(
            ServerAddress host,
            List<ServerAddress> hosts,
            ServerFailure failure,
            Duration pauseMax) {
        Outage before = byHost.get(host);
        if (before != null && lasts(before)) {
            return null;
        }
        long now = nanoTime.getAsLong();
        boolean isSame = before != null && before.failure.isAbsence() == failure.isAbsence();
        Outage last = isSame ? before : null;
        Duration pause = pause(last, failure, pauseMax, hosts.size());
        var outage =
                new Outage(
                        failure,
                        last == null ? 1 : last.tries + 1,
                        last == null ? now : last.sinceNanos,
                        now + pause.toNanos(),
                        pause,
                        credentialVersion.getAsLong());
        var next = new HashMap<>(byHost);
        for (ServerAddress one : failure.isRefusedLogin() ? hosts : List.of(host)) {
            next.put(one, outage);
        }
        byHost = Map.copyOf(next);
        return outage;
    }

    private static Duration pause(
            @Nullable Outage before, ServerFailure failure, Duration pauseMax, int hosts) {
        Duration pause = before == null ? PAUSE_MIN : before.pause.multipliedBy(2);
        if (failure.isRefusedLogin() || pause.compareTo(pauseMax) > 0) {
            pause = pauseMax;
        }
        // otherwise two hosts, or one for which clients wait, would be tried without a pause
        boolean isLeast = hosts > 1 || failure.isAbsence();
        return isLeast && pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause;
    }

    /** Whether it is too early for another try; a new credential may be tried at once. */
    private boolean lasts(Outage outage) {
        return nanoTime.getAsLong() - outage.retryNanos < 0
                && !(outage.failure.isRefusedLogin()
                        && outage.credential != credentialVersion.getAsLong());
    }

    /** Notes that a connection was opened; returns the outage that this ends, or null. */
    @Nullable Outage reached(ServerAddress host) {
        return byHost.isEmpty() ? null : ended(host);
    }

    private synchronized @Nullable Outage ended(ServerAddress host) {
        var next = new HashMap<>(byHost);
        Outage ended = next.remove(host);
        byHost = Map.copyOf(next);
        return ended;
    }

    /** Allows all hosts that could not be reached to be tried now; true if there are any. */
    synchronized boolean retry() {
        long now = nanoTime.getAsLong();
        var next = new HashMap<>(byHost);
        next.replaceAll((_, one) -> one.failure.isAbsence() ? one.retriedAt(now) : one);
        byHost = Map.copyOf(next);
        return !next.isEmpty();
    }

    synchronized void clear() {
        byHost = Map.of();
    }

    /** Whether a host may be tried now. */
    boolean mayTry(ServerAddress host) {
        Outage outage = byHost.get(host);
        return outage == null || !lasts(outage);
    }

    /** Whether a host other than this one may be tried now. */
    boolean mayTryAnother(ServerAddress host, List<ServerAddress> hosts) {
        for (ServerAddress other : hosts) {
            if (!other.equals(host) && mayTry(other)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Why no new connection can be opened now; null if at least one host may be tried. A host that
     * could not be reached takes precedence over one that refused: it may come back.
     */
    @Nullable ServerFailure why(List<ServerAddress> hosts) {
        Outage one = all(hosts);
        if (one == null) {
            return null;
        }
        for (ServerAddress host : hosts) {
            if (mayTry(host)) {
                return null;
            }
        }
        return one.failure;
    }

    /**
     * The outage that counts, if every host was away or refused when last tried and some were away;
     * else null.
     */
    @Nullable Outage absence(List<ServerAddress> hosts) {
        Outage one = all(hosts);
        return one != null && one.failure.isAbsence() ? one : null;
    }

    boolean areNone() {
        return byHost.isEmpty();
    }

    /** The outage of a host; null if it has none. */
    @Nullable Outage of(ServerAddress host) {
        return byHost.get(host);
    }

    /**
     * The outage that counts, if no host could be used when last tried: the oldest of the hosts
     * that could not be reached, else of those that refused.
     */
    private @Nullable Outage all(List<ServerAddress> hosts) {
        Map<ServerAddress, Outage> now = byHost;
        if (now.isEmpty()) {
            return null;
        }
        Outage counts = null;
        for (ServerAddress host : hosts) {
            Outage outage = now.get(host);
            if (outage == null) {
                return null;
            }
            counts = counts == null || goesBefore(outage, counts) ? outage : counts;
        }
        return counts;
    }

    private static boolean goesBefore(Outage one, Outage other) {
        boolean isAbsence = one.failure.isAbsence();
        return isAbsence == other.failure.isAbsence()
                ? one.sinceNanos - other.sinceNanos < 0
                : isAbsence;
    }

    /** Whether no host could be used when last tried, and it is time to see if one is back. */
    boolean isProbeDue(List<ServerAddress> hosts) {
        return all(hosts) != null && why(hosts) == null;
    }
}
