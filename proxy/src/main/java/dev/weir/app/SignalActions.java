package dev.weir.app;

import dev.weir.observe.Control;
import dev.weir.observe.Control.Shutdown;
import dev.weir.observe.Operations;
import dev.weir.observe.Refused;
import dev.weir.os.ServiceManager;
import dev.weir.os.Signals.Signal;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What each signal does, as in PgBouncer, and what the log and the service manager are told about
 * it.
 */
final class SignalActions {
    static final String UP = "up and running";

    private static final Logger log = LoggerFactory.getLogger(SignalActions.class);

    private final Weir weir;
    private final ServiceManager manager;

    SignalActions(Weir weir, ServiceManager manager) {
        this.weir = weir;
        this.manager = manager;
    }

    void on(Signal signal) {
        switch (signal) {
            case HUP -> reload();
            case TERM ->
                    end(signal, Shutdown.WAIT_FOR_CLIENTS, "waiting for all clients disconnect");
            case INT ->
                    end(
                            signal,
                            Shutdown.WAIT_FOR_SERVERS,
                            "waiting for all servers connections to be released");
            case QUIT -> {
                log.info("got SIGQUIT, fast exit");
                endNow();
            }
            case USR1 -> pause();
            case USR2 -> resume();
        }
    }

    private void reload() {
        log.info("got SIGHUP, re-reading config");
        manager.reloads();
        CompletableFuture<Control.Change> done = weir.control().reload();
        done.thenAccept(change ->
                manager.isReady(change.isMade() ? UP : "the last reload failed, see the log"));
    }

    private void end(Signal signal, Shutdown how, String what) {
        if (weir.isShuttingDown()) {
            log.info("got SIG{} while shutting down, fast exit", signal);
            endNow();
        } else {
            log.info("got SIG{}, shutting down, {}", signal, what);
            manager.stops("shutting down, " + what);
            weir.shutDown(how);
        }
    }

    private void endNow() {
        manager.stops("fast exit");
        weir.shutDown(Shutdown.IMMEDIATE);
    }

    private void pause() {
        if (weir.operations().isPaused()) {
            log.info("got SIGUSR1, but already paused/suspended");
            return;
        }
        log.info("got SIGUSR1, pausing all activity");
        try {
            weir.operations().pause(null);
        } catch (Refused e) {
            log.info("got SIGUSR1, but {}", e.getMessage());
        }
    }

    private void resume() {
        if (weir.isShuttingDown()) {
            log.info("got SIGUSR2 while shutting down, ignoring");
            return;
        }
        Operations operations = weir.operations();
        if (!operations.isPaused()) {
            log.info("got SIGUSR2, but not paused/suspended");
            return;
        }
        log.info("got SIGUSR2, continuing from {}", operations.isSuspended() ? "SUSPEND" : "PAUSE");
        try {
            operations.resume(null);
        } catch (Refused e) {
            log.info("got SIGUSR2, but {}", e.getMessage());
        }
    }
}
