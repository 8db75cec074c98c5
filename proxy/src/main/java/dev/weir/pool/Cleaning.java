package dev.weir.pool;

import dev.weir.config.CustomSettings;
import dev.weir.config.PoolSettings;
import dev.weir.error.EndReason;
import dev.weir.metrics.LoopMeters;
import dev.weir.metrics.Metric;
import java.util.function.Consumer;

/**
 * What is done with a connection between two holders: it is tested, reset or wiped, and closed if
 * that fails. Confined to the loop of its {@link NodeShard}.
 */
final class Cleaning {
    private final NodePool pool;
    private final Consumer<Lease> clean;
    private final LoopMeters meters;

    /**
     * @param clean told of each connection that may be leased again
     */
    Cleaning(NodePool pool, Consumer<Lease> clean, LoopMeters meters) {
        this.pool = pool;
        this.clean = clean;
        this.meters = meters;
    }

    /** Asks whether the server still answers: server_check_query. */
    void test(Lease lease) {
        lease.become(Lease.State.TESTING);
        String query = pool.settings().serverCheckQuery();
        String sql = query.equals("<empty>") ? "" : query;
        lease.check(sql, "test query", () -> clean.accept(lease));
    }

    /** Removes what a client has left behind, for the next one. */
    void wipe(Lease lease) {
        if (!canForgetSettings(lease)) {
            return;
        }
        if (!lease.canBeWiped()) {
            lease.discard(EndReason.LOGIN_SETTINGS_STAY.words());
            return;
        }
        lease.become(Lease.State.WIPING);
        meters.increment(Metric.WIPES);
        Wipe.start(
                lease,
                pool.settings().connectQuery(),
                pool.surroundings().chance(),
                () -> {
                    lease.wiped();
                    clean.accept(lease);
                });
    }

    /** Runs server_reset_query, if a connection that was just given back needs it. */
    boolean reset(Lease lease) {
        PoolSettings settings = pool.settings();
        String query = settings.serverResetQuery();
        boolean isDue = lease.wasUsedBySession() || settings.serverResetQueryAlways();
        if (!isDue || query.isEmpty()) {
            return false;
        }
        lease.become(Lease.State.RESETTING);
        lease.check(query, "reset query", () -> wasReset(lease, query));
        return true;
    }

    private void wasReset(Lease lease, String query) {
        if (lease.state() != Lease.State.RESETTING) {
            return;
        }
        if (query.strip().equalsIgnoreCase("DISCARD ALL")) {
            if (canForgetSettings(lease)) {
                reseed(lease);
            }
            return;
        }
        clean.accept(lease);
    }

    /** Removes the one thing that DISCARD ALL leaves: the seed of random(). */
    private void reseed(Lease lease) {
        lease.check(
                Wipe.reseeding(pool.surroundings().chance()),
                "a new seed",
                () -> {
                    if (lease.state() == Lease.State.RESETTING) {
                        lease.wiped();
                        clean.accept(lease);
                    }
                });
    }

    /** Whether the server can be made to forget the settings it was given; if not, it is closed. */
    private boolean canForgetSettings(Lease lease) {
        boolean isStrict = pool.settings().customSettings() == CustomSettings.STRICT;
        if (isStrict && !lease.server().given().canBecome(lease.server().resetValues())) {
            lease.discard(EndReason.CUSTOM_SETTINGS_STAY.words());
            return false;
        }
        return true;
    }
}
