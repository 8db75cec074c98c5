package dev.weir.os;

import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that holds the id of this process while it runs. */
public final class PidFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PidFile.class);

    private final @Nullable Path file;

    private PidFile(@Nullable Path file) {
        this.file = file;
    }

    /**
     * Checks whether the process named in this file is alive, and removes the file if it is not.
     *
     * @throws IOException if it is alive, or if that cannot be determined
     */
    public static void check(Path file) throws IOException {
        if (Files.notExists(file)) {
            return;
        }
        String text = TextFile.read(file).strip();
        if (!text.matches("[1-9][0-9]{0,9}")) {
            throw new IOException(
                    "pidfile " + file + " holds no process id, cannot continue (remove it)");
        }
        long pid = Long.parseLong(text);
        if (pid != ProcessHandle.current().pid() && isAlive(pid)) {
            throw new IOException(
                    "pidfile " + file + " exists, another instance running? (process " + pid + ")");
        }
        log.info("stale pidfile, removing");
        Files.deleteIfExists(file);
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /**
     * Writes the file. It replaces that of a process that hands over to this one.
     *
     * @param name the path of the file; empty for none
     * @throws IOException that names the file, if it cannot be written
     */
    public static PidFile write(String name) throws IOException {
        if (name.isEmpty()) {
            return new PidFile(null);
        }
        Path file = Path.of(name);
        try {
            TextFile.replace(file, ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            throw new IOException("could not open pidfile " + file + ": " + e.getMessage(), e);
        }
        return new PidFile(file);
    }

    /** Removes the file, unless another process has taken it over. */
    @Override
    public void close() {
        if (file == null) {
            return;
        }
        try {
            if (TextFile.read(file).strip().equals("" + ProcessHandle.current().pid())) {
                Files.delete(file);
            }
        } catch (IOException e) {
            log.warn("pidfile_not_removed file={} error=\"{}\"", file, e.toString());
        }
    }
}
