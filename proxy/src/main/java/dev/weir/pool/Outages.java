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
 * when to try again. Open connections are not concerned. Any thread may ask.
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
     * @param failure as it was when last tried
     * @param tries how many have failed for a reason of this kind
     * @param sinceNanos when the first of them did
     * @param retryNanos when the next one may be
     * @param pause from the last to the next
     * @param credential the version of the credential that was refused
     */
    record Outage(
            ServerFailure failure,
            int tries,
            long sinceNanos,
            long retryNanos,
            Duration pause,
            long credential) {
        /** Whether nothing like it was known before. */
        boolean isNew() {
            return tries == 1;
        }

        Outage retriedAt(long nanos) {
            return new Outage(failure, tries, sinceNanos, nanos, PAUSE_MIN, credential);
        }
    }

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
     * @param pauseMax the longest pause; one of 0.1 s is made all the same where it would be
     *     shorter and somebody may wait
     * @return what is known of the host now; null if that was known already, by a connection that
     *     was opened at the same time
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
        // else two hosts, or one that is waited for, would be tried without a pause
        boolean isLeast = hosts > 1 || failure.isAbsence();
        return isLeast && pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause;
    }

    /** A refused login is not tried again before its time, unless the credential is another. */
    private boolean lasts(Outage outage) {
        return nanoTime.getAsLong() - outage.retryNanos < 0
                && !(outage.failure.isRefusedLogin()
                        && outage.credential != credentialVersion.getAsLong());
    }

    /** Notes that a connection was opened; says what ends with it, if anything. */
    @Nullable Outage reached(ServerAddress host) {
        return byHost.isEmpty() ? null : ended(host);
    }

    private synchronized @Nullable Outage ended(ServerAddress host) {
        var next = new HashMap<>(byHost);
        Outage ended = next.remove(host);
        byHost = Map.copyOf(next);
        return ended;
    }

    /** Lets all that were not reached be tried now; true if there are any. */
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

    /**
     * Why no new connection can be opened now; null if at least one of the hosts may be tried. If
     * some could not be reached, that is why: they may come back.
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

    /** The oldest outage, if every host was away when last tried; null if one may be there. */
    @Nullable Outage absence(List<ServerAddress> hosts) {
        Outage one = all(hosts);
        return one != null && one.failure.isAbsence() ? one : null;
    }

    /** What is known of a host if it was away when last tried; else null. */
    @Nullable Outage of(ServerAddress host) {
        return byHost.get(host);
    }

    /**
     * The outage that counts, if no host could be had when last tried: the oldest of those that
     * were not reached, else of those that refused.
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

    /** Whether all hosts were away when last tried, and it is time to see if one is back. */
    boolean isProbeDue(List<ServerAddress> hosts) {
        return all(hosts) != null && why(hosts) == null;
    }
}
