package dev.weir.app;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import dev.weir.net.PeerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running process from which this one takes over ({@code -R}): the pid file names it, or else
 * it listens on the Unix socket, by which PgBouncer finds it. Both listen for a moment, and then
 * the old one is asked to end once its clients have left.
 */
final class Predecessor {
    private static final Logger log = LoggerFactory.getLogger(Predecessor.class);

    private final ProcessHandle process;

    private Predecessor(ProcessHandle process) {
        this.process = process;
    }

    /** The process that is running; empty if there is none, so that there is nothing to do. */
    static Optional<Predecessor> of(Config config) throws IOException {
        OptionalLong pid = pid(config);
        return pid.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(pid.getAsLong())
                        .filter(ProcessHandle::isAlive)
                        .filter(old -> old.pid() != ProcessHandle.current().pid())
                        .map(Predecessor::new);
    }

    private static OptionalLong pid(Config config) throws IOException {
        String name = config.get(Settings.PIDFILE);
        if (name.isEmpty()) {
            String directory = config.get(Settings.UNIX_SOCKET_DIR);
            if (directory.isEmpty()) {
                throw new IOException(
                        "cannot take over (-R): neither pidfile nor unix_socket_dir is set");
            }
            int port = config.get(Settings.LISTEN_PORT);
            return onlyWeir(PeerProcess.listeningOn(directory + "/.s.PGSQL." + port));
        }
        Path file = Path.of(name);
        String text = Files.exists(file) ? TextFile.read(file).strip() : "";
        return text.matches("[1-9][0-9]{0,9}")
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }

    /** A socket that was inherited is another's: the service manager's, for example. */
    private static OptionalLong onlyWeir(OptionalLong pid) {
        boolean isWeir =
                pid.isPresent()
                        && ProcessHandle.of(pid.getAsLong())
                                .flatMap(process -> process.info().arguments())
                                .map(List::of)
                                .orElse(List.of())
                                .contains(Main.class.getName());
        return isWeir ? pid : OptionalLong.empty();
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
