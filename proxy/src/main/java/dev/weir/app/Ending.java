package dev.weir.app;

import dev.weir.config.Settings;
import dev.weir.net.Loops;
import dev.weir.observe.Control.Shutdown;
import dev.weir.pool.ClientPool;
import dev.weir.pool.Gate;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shutdown of Weir: at once, or when its clients or servers have gone. With {@code
 * shutdown_timeout} clients are sent away between transactions, and then the rest.
 */
final class Ending {
    private static final long LOOK_MILLIS = 50;

    private static final Logger log = LoggerFactory.getLogger(Ending.class);

    private final Weir weir;
    private final Loops loops;
    private final AtomicReference<@Nullable Shutdown> begun = new AtomicReference<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean drains;

    Ending(Weir weir, Loops loops) {
        this.weir = weir;
        this.loops = loops;
    }

    boolean hasBegun() {
        return begun.get() != null;
    }

    /** Whether this is the first call, so that everything is closed once only. */
    boolean isFirst() {
        return closing.compareAndSet(false, true);
    }

    void ended() {
        ended.countDown();
    }

    void await() throws InterruptedException {
        ended.await();
    }

    void begin(Shutdown how) {
        begun.set(how);
        switch (how) {
            case IMMEDIATE -> end();
            case WAIT_FOR_SERVERS -> {
                weir.closeListeners();
                weir.pools().gates().close(null, Gate.Cause.SHUTDOWN);
                drain();
                look();
            }
            case WAIT_FOR_CLIENTS -> {
                weir.closeListeners();
                drain();
                lookAgain(); // the client accepted last may still be on its way to a loop
            }
        }
    }

    /** Sends clients away, if they may not stay as long as they like. */
    private void drain() {
        Duration limit = weir.control().config().get(Settings.SHUTDOWN_TIMEOUT);
        if (!limit.isZero()) {
            drains = true;
            weir.pools().gates().close(null, Gate.Cause.LEAVE);
            loops.all()
                    .getFirst()
                    .schedule(this::timeIsUp, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void timeIsUp() {
        if (!closing.get()) {
            log.warn("shutdown_timeout clients={}", weir.reception().clients());
            end();
        }
    }

    /** Consoles, and who has not logged in, keep nobody waiting who has a limit. */
    private boolean areClientsGone() {
        return drains ? weir.reception().hasNoClients() : weir.reception().isEmpty();
    }

    private void look() {
        Shutdown how = begun.get();
        if (closing.get() || how == null || how == Shutdown.IMMEDIATE) {
            return;
        }
        if (how == Shutdown.WAIT_FOR_SERVERS && areServersGone()) {
            log.info("server connections dropped, exiting");
            end();
        } else if (how == Shutdown.WAIT_FOR_CLIENTS && areClientsGone()) {
            log.info("client connections dropped, exiting");
            end();
        } else {
            lookAgain();
        }
    }

    private void lookAgain() {
        loops.all().getFirst().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private boolean areServersGone() {
        for (ClientPool pool : weir.pools().of(null)) {
            if (pool.size() > pool.opening()) {
                return false;
            }
        }
        return true;
    }

    /** Closes on a thread of its own, since the loops are closed, too. */
    private void end() {
        Thread.ofPlatform().name("weir-end").start(weir::close);
    }
}
