package dev.weir.app;

import dev.weir.migrate.Draft;
import dev.weir.migrate.Import;
import dev.weir.migrate.Import.ImportException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** {@code weir import}: another pooler's configuration as a weir.ini. */
final class ImportCommand {
    private static final String USERS_FILE = "userlist.txt";

    private final PrintStream out;
    private final PrintStream err;

    ImportCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * Converts the file.
     *
     * @param format the name of the format; null to detect it from the file
     * @param target the file to write; null to print the result
     * @return whether the file could be read
     */
    boolean run(Path file, @Nullable String format, @Nullable Path target) {
        try {
            Draft draft = Import.read(file, format == null ? null : format(format));
            if (target == null) {
                print(draft);
            } else {
                write(draft, target);
            }
            draft.notes().forEach(note -> err.println("note: " + note));
            return true;
        } catch (IOException | ImportException e) {
            err.println("weir: " + e.getMessage());
            return false;
        }
    }

    private static Import.Format format(String name) throws IOException {
        for (Import.Format format : Import.Format.values()) {
            if (format.toString().equals(name)) {
                return format;
            }
        }
        throw new IOException("--from: " + name + " (expected: odyssey, pgcat, pgdog or pgpool)");
    }

    private void print(Draft draft) {
        out.print(draft.ini(USERS_FILE));
        if (!draft.usersFile().isEmpty()) {
            out.println("\n;; " + USERS_FILE + ", which -o would write:");
            draft.usersFile().lines().forEach(line -> out.println("; " + line));
        }
    }

    /** Writes a file that nobody else can read, since it contains secrets. */
    private static void write(Draft draft, Path target) throws IOException {
        Path users = target.resolveSibling(USERS_FILE);
        create(target, draft.ini(users.toString()));
        if (!draft.usersFile().isEmpty()) {
            create(users, draft.usersFile());
        }
    }

    private static void create(Path file, String text) throws IOException {
        if (Files.exists(file)) {
            throw new IOException(file + ": is there already (expected: a new file)");
        }
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }
}
