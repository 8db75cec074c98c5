package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The files of a data directory that administrators write: settings, access rules, signals, keys.
 */
record DataFiles(Path data, Account account) {
    private static final int SHARED_MEMORY_LINE = 6;

    /** Writes a file that only PostgreSQL's user may read. */
    Path write(String name, String text) {
        Path file = data.resolve(name);
        Path draft = data.resolve(name + ".draft");
        try {
            Files.writeString(draft, text);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
            account.own(draft);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    void writeSettings(Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        settings.forEach((name, value) ->
                text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
        write("postgresql.conf", text.toString());
    }

    void writeHba(List<String> rules) {
        write("pg_hba.conf", String.join("\n", rules) + "\n");
    }

    /**
     * Removes the System V shared memory segment of a killed postmaster, which outlives its
     * process.
     */
    void releaseSharedMemory() {
        Path file = data.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() > SHARED_MEMORY_LINE) {
                String id = lines.get(SHARED_MEMORY_LINE).strip().replaceAll(".* ", "");
                // The segment may be gone already, so the exit code is ignored.
                Tools.run(Duration.ofSeconds(10), "ipcrm", "-m", id);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
