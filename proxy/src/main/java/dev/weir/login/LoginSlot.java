package dev.weir.login;

import dev.weir.config.Settings;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection among those that have not logged in: there are {@code max_login_conn}
 * places, each for {@code client_login_timeout}. A connection that finds all of them taken
 * displaces the one that has waited longest: a well-behaved client logs in within milliseconds, and
 * one that opens idle connections keeps nobody out. Belongs to the connection's loop, except for
 * {@link #lose}.
 */
final class LoginSlot {
    private final Reception reception;
    private final long id;
    private long sinceNanos;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Runnable lost;

    /**
     * @param id of the connection; later connections have larger ids
     */
    LoginSlot(Reception reception, long id) {
        this.reception = reception;
        this.id = id;
    }

    long id() {
        return id;
    }

    /** When it was taken. */
    long sinceNanos() {
        return sinceNanos;
    }

    /**
     * Takes a place.
     *
     * @param late runs on the loop when the time is up
     * @param crowdedOut runs on the loop when another takes the place
     */
    void take(EventExecutor loop, Runnable late, Runnable crowdedOut) {
        sinceNanos = reception.clock().nanoTime();
        lost = () -> loop.execute(crowdedOut);
        long millis = reception.config().get(Settings.CLIENT_LOGIN_TIMEOUT).toMillis();
        if (millis > 0) {
            deadline = loop.schedule(late, millis, TimeUnit.MILLISECONDS);
        }
        reception.enterLogin(this);
    }

    /**
     * Tells the connection that another one has its place. Called from any thread, after {@link
     * #take}.
     */
    void lose() {
        Runnable told = lost;
        if (told != null) {
            told.run();
        }
    }

    /** The login is over, successful or not. May be called more than once. */
    void leave() {
        reception.leaveLogin(this);
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            deadline = null;
            timer.cancel(false);
        }
    }
}
