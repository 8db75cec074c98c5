package dev.weir.os;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager, such as systemd, that started this process and wants to know its state.
 * Without one, nothing happens.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/sd_notify.html">sd_notify(3)</a>
 */
public final class ServiceManager {
    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);
    private static final long NANOS_PER_MICRO = 1_000;

    private final @Nullable UnixDatagrams socket;
    private final Duration watchdog;

    private ServiceManager(@Nullable UnixDatagrams socket, Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** The service manager named in {@code environment}. */
    public static ServiceManager of(Map<String, String> environment) {
        String name = environment.get("NOTIFY_SOCKET");
        if (name == null || name.isEmpty()) {
            return new ServiceManager(null, Duration.ZERO);
        }
        try {
            return new ServiceManager(new UnixDatagrams(name), watchdogOf(environment));
        } catch (IOException e) {
            log.warn("service_manager_lost socket={} error=\"{}\"", name, e.getMessage());
            return new ServiceManager(null, Duration.ZERO);
        }
    }

    private static Duration watchdogOf(Map<String, String> environment) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String pid = environment.get("WATCHDOG_PID");
        boolean ours = pid == null || pid.equals("" + ProcessHandle.current().pid());
        return ours && micros.matches("[0-9]{1,15}")
                ? Duration.ofNanos(Long.parseLong(micros) * NANOS_PER_MICRO)
                : Duration.ZERO;
    }

    /**
     * The longest interval at which it must hear that the process is alive; zero if it need not.
     */
    public Duration watchdog() {
        return watchdog;
    }

    public void isReady(String status) {
        tell("READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\nSTATUS=" + status);
    }

    public void reloads() {
        // System.nanoTime is CLOCK_MONOTONIC on Linux, as systemd requires.
        tell("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / NANOS_PER_MICRO);
    }

    public void stops(String status) {
        tell("STOPPING=1\nSTATUS=" + status);
    }

    public void isAlive() {
        tell("WATCHDOG=1");
    }

    private void tell(String state) {
        if (socket != null) {
            try {
                socket.send(state.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                log.warn("service_manager_lost error=\"{}\"", e.getMessage());
            }
        }
    }
}
