package dev.weir.app;

import dev.weir.net.Loops;
import dev.weir.os.ServiceManager;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tells the service manager that the process is alive, as often as it requires. */
final class Watchdog {
    private final ServiceManager manager;
    private final List<EventLoop> loops;

    Watchdog(ServiceManager manager, Loops loops) {
        this.manager = manager;
        this.loops = loops.all();
    }

    void start() {
        long nanos = manager.watchdog().toNanos() / 2;
        if (nanos > 0) {
            loops.getFirst().scheduleAtFixedRate(() -> ask(0), nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Visits all loops in turn, so that a loop that hangs keeps the message from being sent. */
    private void ask(int index) {
        if (index == loops.size()) {
            manager.isAlive();
        } else {
            loops.get(index).execute(() -> ask(index + 1));
        }
    }
}
