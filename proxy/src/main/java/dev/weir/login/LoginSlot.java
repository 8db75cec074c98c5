package dev.weir.login;

import dev.weir.config.Settings;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection among those that have not logged in: {@code max_login_conn} of them,
 * each for {@code client_login_timeout}. Who comes when all are taken takes that of the one that is
 * here longest: who means well is through in milliseconds, and who opens connections to say nothing
 * keeps nobody out. Belongs to the connection's loop, but for {@link #lose}.
 */
final class LoginSlot {
    private final Reception reception;
    private final long id;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Runnable lost;

    /**
     * @param id of the connection; a later one has a larger one
     */
    LoginSlot(Reception reception, long id) {
        this.reception = reception;
        this.id = id;
    }

    long id() {
        return id;
    }

    /**
     * Takes a place.
     *
     * @param late runs on the loop when the time is over
     * @param crowdedOut runs on the loop when another takes the place
     */
    void take(EventExecutor loop, Runnable late, Runnable crowdedOut) {
        lost = () -> loop.execute(crowdedOut);
        long millis = reception.config().get(Settings.CLIENT_LOGIN_TIMEOUT).toMillis();
        if (millis > 0) {
            deadline = loop.schedule(late, millis, TimeUnit.MILLISECONDS);
        }
        reception.enterLogin(this);
    }

    /** Another has the place now. From any thread, after {@link #take}. */
    void lose() {
        Runnable told = lost;
        if (told != null) {
            told.run();
        }
    }

    /** The login is over, one way or the other. May be called more than once. */
    void leave() {
        reception.leaveLogin(this);
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            deadline = null;
            timer.cancel(false);
        }
    }
}
