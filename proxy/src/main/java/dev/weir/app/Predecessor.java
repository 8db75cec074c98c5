package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running process with the same pid file, from which this one takes over ({@code -R}): both
 * listen for a moment, and then the old one is asked to end once its clients have left.
 */
final class Predecessor {
    private static final Logger log = LoggerFactory.getLogger(Predecessor.class);

    private final ProcessHandle process;

    private Predecessor(ProcessHandle process) {
        this.process = process;
    }

    /**
     * The process that the pid file names; empty if it is not running, so that there is nothing to
     * do.
     */
    static Optional<Predecessor> of(Config config) throws IOException {
        String name = config.get(Settings.PIDFILE);
        if (name.isEmpty()) {
            throw new IOException("cannot take over (-R): pidfile is not set");
        }
        Path file = Path.of(name);
        String text = Files.exists(file) ? TextFile.read(file).strip() : "";
        if (!text.matches("[1-9][0-9]{0,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(text))
                .filter(ProcessHandle::isAlive)
                .filter(old -> old.pid() != ProcessHandle.current().pid())
                .map(Predecessor::new);
    }

    /** Asks it to accept no more clients and to end when the last one has left. */
    void end() {
        if (process.destroy()) {
            log.info("took over from process {}, which ends with its last client", process.pid());
        } else {
            log.warn("predecessor_not_told pid={} hint=\"send it TERM\"", process.pid());
        }
    }
}
