package dev.weir.login;

import dev.weir.config.Settings;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The place of one connection among those that have not logged in: {@code max_login_conn} of them,
 * each for {@code client_login_timeout}. Belongs to the connection's loop.
 */
final class LoginSlot {
    private final Reception reception;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean taken;

    LoginSlot(Reception reception) {
        this.reception = reception;
    }

    /** False if there is no place; then nothing is to be left. */
    boolean take(EventExecutor loop, Runnable late) {
        taken = reception.admitLogin();
        long millis = reception.config().get(Settings.CLIENT_LOGIN_TIMEOUT).toMillis();
        if (taken && millis > 0) {
            deadline = loop.schedule(late, millis, TimeUnit.MILLISECONDS);
        }
        return taken;
    }

    /** The login is over, one way or the other. May be called more than once. */
    void leave() {
        if (taken) {
            taken = false;
            reception.leaveLogin();
        }
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            deadline = null;
            timer.cancel(false);
        }
    }
}
