package dev.weir.pool;

import dev.weir.backend.Opener;
import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerFailure;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.error.EndReason;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Outages.Outage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The connections that one {@link NodeShard} is opening. Confined to its loop. */
final class Openings {
    /** How many connections one shard opens at the same time, not counting dedicated ones. */
    private static final int SHARED_MAX = 64;

    private final NodePool pool;
    private final int index;
    private final Demand demand;
    private final Opened opened;
    private final Statements statements;
    private int shared;
    private int dedicated;

    /** The startup parameters of the connections that are being opened, where they have any. */
    private final List<ParameterSet> special = new ArrayList<>();

    /** The startup parameters of the next connection, for which another one was closed. */
    private ParameterSet promised = ParameterSet.EMPTY;

    /** Whether after the next tick nobody is to wait for these if another connection is idle. */
    private boolean isLate;

    /** Whether more will be opened in a moment. */
    private boolean willOpen;

    /** Incremented when the connections that are being opened become useless. */
    private int epoch;

    /** Takes the connections that have been opened. */
    interface Opened extends LoopOwned {
        /** Takes over a connection. */
        Lease adopt(ServerConnection connection);

        /** Notes how long it took to open a connection. */
        void openedAfter(long nanos);

        /** A connection is ready for whoever has waited longest. */
        void opened(Lease lease);

        /** The dedicated connection that {@code entry} waited for is ready. */
        void openedFor(Waiting entry, Lease lease);

        /** Closes a connection that is no longer of use. */
        void discard(Lease lease, String reason);

        /** Closes an idle connection whose permit is needed for another; false if there is none. */
        boolean evictIdle(String reason);

        /** A connection could not be opened: another one may be needed. */
        void fill();
    }

    Openings(NodePool pool, int index, Demand demand, Opened opened, Statements statements) {
        this.pool = pool;
        this.index = index;
        this.demand = demand;
        this.opened = opened;
        this.statements = statements;
    }

    private int node() {
        return pool.key().node();
    }

    int count() {
        return shared + dedicated;
    }

    /** Discards the connections that are being opened. */
    void forsake() {
        epoch++;
    }

    /**
     * Opens as many connections as there are waiters, within the limits.
     *
     * @param coming how many connections are about to become free anyway
     */
    void open(int coming) {
        openDedicated();
        int wanted = demand.waiting(node()) - shared - coming;
        while (wanted-- > 0 && shared < SHARED_MAX) {
            if (!openOne()) {
                return;
            }
        }
    }

    /** Opens one connection, for whoever has waited longest or for nobody; false if it may not. */
    boolean openOne() {
        ServerFailure failure = pool.hosts().outage();
        if (failure != null) {
            tell(failure.cached());
            return false;
        }
        if (!pool.mayOpen()) {
            openSoon();
            return false;
        }
        boolean reserve = isReserveOpen();
        if (!pool.takePermit(reserve)) {
            pool.starves(index);
            // another shard may have freed a permit before it knew that this one starves
            if (pool.shards().size() == 1 || !pool.takePermit(reserve)) {
                return false;
            }
        }
        begin(pool.hosts().next(), kind(), null);
        return true;
    }

    /** The startup parameters of the next connection: the longest waiting client's, if it may. */
    private ParameterSet kind() {
        Waiting first = demand.first(node());
        ParameterSet wanted = first == null ? ParameterSet.EMPTY : first.waiter().resetValues();
        boolean isPromised = !wanted.isEmpty() && wanted.equals(promised);
        promised = ParameterSet.EMPTY;
        return isPromised || pool.mayOpenWith(wanted) ? wanted : ParameterSet.EMPTY;
    }

    /** Whether a connection with these startup parameters is being opened, or will be. */
    boolean awaits(ParameterSet wanted) {
        return !wanted.isEmpty() && (wanted.equals(promised) || special.contains(wanted));
    }

    /**
     * Opens a connection with these startup parameters, if there is a permit; else they are
     * promised to the next one.
     */
    boolean openWith(ParameterSet wanted) {
        if (pool.hosts().outage() != null || !pool.mayOpen() || !pool.takePermit(false)) {
            promised = wanted;
            isLate = false;
            return false;
        }
        begin(pool.hosts().next(), wanted, null);
        return true;
    }

    /**
     * Opens the connections that are missing to reach the pool's minimum, or one to see if an
     * absent server is back. Only the first shard of a pool does so.
     */
    void keepMinimum() {
        if (index > 0) {
            return;
        }
        int missing = pool.missing();
        while (missing-- > 0 && openOne()) {}
        if (count() == 0 && pool.opening() == 0 && pool.isProbeDue()) {
            openOne();
        }
    }

    /**
     * Opens a connection to see if a host that has just ended another one is still there; false if
     * none may be opened.
     *
     * @param told whether the host is away
     */
    boolean examine(ServerAddress host, Consumer<Boolean> told) {
        if (!pool.takePermit(false)) {
            return false;
        }
        begin(host, ParameterSet.EMPTY, told);
        return true;
    }

    private void begin(ServerAddress host, ParameterSet with, @Nullable Consumer<Boolean> told) {
        ServerTarget target = pool.target(host, pool.startup(with));
        shared++;
        if (!with.isEmpty()) {
            special.add(with);
            isLate = false;
        }
        pool.opening(1);
        pool.opener().open(target, opened.loop(), statements, new Shared(target, with, told));
    }

    /** Schedules another attempt: the server is back, and the pool grows step by step. */
    private void openSoon() {
        if (!willOpen) {
            willOpen = true;
            opened.loop()
                    .schedule(
                            () -> {
                                willOpen = false;
                                opened.fill();
                            },
                            Ramp.STEP_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Housekeeping: nobody waits longer than {@code hold} allows, even while the server is being
     * tried again.
     */
    void tick() {
        if (isLate) {
            special.clear();
            promised = ParameterSet.EMPTY;
        }
        isLate = true;
        Outage absence = pool.hosts().absence();
        if (absence != null) {
            demand.serverIsAway(node());
            boolean waits = !pool.settings().hold().isZero(); // else the next try decides
            if (waits) {
                tell(absence.failure());
            }
        }
    }

    /** Tells waiting clients of a failure, unless the server has not even been asked. */
    private void tell(ServerFailure failure) {
        if (!failure.isOurs() && !pool.hasConnections()) {
            demand.cannotOpen(node(), failure, pool.hosts().patienceNanos(failure));
        }
    }

    /** A connection could not be opened. */
    private void failed(ServerTarget target, ServerFailure failure) {
        Hosts hosts = pool.hosts();
        Duration pause = hosts.failed(target.address(), failure);
        if (pause != null && failure.isAbsence()) {
            opened.loop().schedule(opened::fill, pause.toNanos(), TimeUnit.NANOSECONDS);
        }
        if (!hosts.mayTryAnother(target.address())) {
            ServerFailure known = hosts.outage();
            demand.serverIsAway(node());
            tell(known == null ? failure : known);
        }
    }

    private boolean isReserveOpen() {
        PoolSettings settings = pool.settings();
        Waiting first = settings.reservePoolSize() > 0 ? demand.first(node()) : null;
        long limit = settings.reservePoolTimeout().toNanos();
        return first != null && first.patience(opened.nanoTime()) >= limit;
    }

    private void openDedicated() {
        Waiting entry = demand.firstDedicated(node());
        if (entry == null) {
            return;
        }
        ServerFailure failure = pool.hosts().outage();
        if (failure != null && failure.isAbsence()) {
            tell(failure);
            return;
        }
        while (entry != null) {
            if (!pool.takePermit(false)) {
                opened.evictIdle(EndReason.EVICTED.words());
                pool.starves(index);
                return;
            }
            entry.beingOpened(true);
            dedicated++;
            ServerTarget target = pool.nextTarget(entry.dedicated());
            pool.opener().open(target, opened.loop(), statements, new Dedicated(entry, target));
            entry = demand.firstDedicated(node());
        }
    }

    /** A connection that is being opened for whoever has waited longest. */
    private final class Shared implements Opener.Opening {
        private final ServerTarget target;
        private final ParameterSet with;
        private final int begun = epoch;
        private final long sinceNanos = opened.nanoTime();
        private boolean decided;

        /** Told whether the host is away; null if nobody asks. */
        private final @Nullable Consumer<Boolean> told;

        Shared(ServerTarget target, ParameterSet with, @Nullable Consumer<Boolean> told) {
            this.target = target;
            this.with = with;
            this.told = told;
        }

        private void report(boolean isAway) {
            if (told != null) {
                told.accept(isAway);
            }
        }

        @Override
        public void opened(ServerConnection connection) {
            decide();
            opened.openedAfter(opened.nanoTime() - sinceNanos);
            connection.openedWith(with);
            Lease lease = opened.adopt(connection);
            if (begun == epoch) {
                opened.opened(lease);
            } else {
                opened.discard(lease, EndReason.CONFIG_CHANGED.words());
                opened.fill();
            }
            report(false);
        }

        @Override
        public void failed(ServerFailure failure) {
            decide();
            if (!with.isEmpty() && !failure.isAbsence()) {
                pool.refuses(with); // this says nothing about other parameters
            } else if (begun == epoch) {
                Openings.this.failed(target, failure);
            }
            opened.fill();
            report(failure.isAbsence());
        }

        @Override
        public void closed() {
            decide(); // the socket may be gone before the login notices
            pool.freePermit();
        }

        private void decide() {
            if (!decided) {
                decided = true;
                shared--;
                special.remove(with);
                pool.opening(-1);
                assert shared >= 0 : shared;
            }
        }
    }

    /** A connection that is being opened for one waiter only. */
    private final class Dedicated implements Opener.Opening {
        private final Waiting entry;
        private final ServerTarget target;
        private final int begun = epoch;
        private final long sinceNanos = opened.nanoTime();

        Dedicated(Waiting entry, ServerTarget target) {
            this.entry = entry;
            this.target = target;
        }

        @Override
        public void opened(ServerConnection connection) {
            dedicated--;
            opened.openedAfter(opened.nanoTime() - sinceNanos);
            Lease lease = opened.adopt(connection);
            if (begun != epoch) {
                entry.beingOpened(false);
                opened.discard(lease, EndReason.CONFIG_CHANGED.words());
                opened.fill();
            } else if (demand.remove(entry)) {
                opened.openedFor(entry, lease);
            } else {
                opened.discard(lease, EndReason.CLIENT_GONE.words());
            }
        }

        @Override
        public void failed(ServerFailure failure) {
            dedicated--;
            if (begun != epoch) {
                entry.beingOpened(false);
                opened.fill();
            } else if (failure.isAbsence()) {
                entry.beingOpened(false);
                Openings.this.failed(target, failure);
                opened.fill();
            } else if (demand.remove(entry)) {
                entry.waiter().refused(failure.refusal());
            }
        }

        @Override
        public void closed() {
            pool.freePermit();
        }
    }
}
