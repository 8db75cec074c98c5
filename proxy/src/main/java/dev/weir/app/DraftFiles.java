package dev.weir.app;

import dev.weir.migrate.Draft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** Where a new configuration goes: to standard output, or to files. */
record DraftFiles(Caller caller) {
    private static final String USERS_FILE = "userlist.txt";

    /**
     * Prints it or writes it, and says what is to be checked.
     *
     * @param target a file that is not there yet; null = print
     * @throws IOException if it cannot be written, or is there already
     */
    void put(Draft draft, @Nullable Path target) throws IOException {
        if (target == null) {
            print(draft);
        } else {
            write(draft, target);
        }
        draft.notes().forEach(note -> caller.err().println("note: " + note));
    }

    private void print(Draft draft) {
        caller.out().print(draft.ini(USERS_FILE));
        if (!draft.usersFile().isEmpty()) {
            caller.out().println("\n;; " + USERS_FILE + ", which -o would write:");
            draft.usersFile().lines().forEach(line -> caller.out().println("; " + line));
        }
    }

    /** Writes files that nobody else can read, since they contain secrets. */
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
