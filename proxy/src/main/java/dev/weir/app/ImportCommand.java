package dev.weir.app;

import dev.weir.migrate.Draft;
import dev.weir.migrate.Import;
import dev.weir.migrate.Import.ImportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir import}: another pooler's configuration as a weir.ini. */
@Command(
        name = "import",
        header = "Make a weir.ini of another pooler's configuration.",
        description = {
            "",
            "Prints a weir.ini with the meaning of FILE, and on standard error what could not be"
                    + " converted."
        })
final class ImportCommand implements Executable {
    private static final String USERS_FILE = "userlist.txt";

    private final Caller caller;

    @Option(
            names = "--from",
            paramLabel = "FORMAT",
            description = "whose FILE is: ${COMPLETION-CANDIDATES}; else its name and text tell")
    private Import.@Nullable Format format;

    @Option(
            names = "-o",
            paramLabel = "NEW",
            description = "write NEW, and a users file beside it, readable by you alone")
    private @Nullable Path target;

    @Parameters(paramLabel = "FILE", description = "another pooler's configuration")
    private @Nullable Path file;

    ImportCommand(Caller caller) {
        this.caller = caller;
    }

    @Override
    public int execute() {
        try {
            Draft draft = Import.read(Objects.requireNonNull(file), format);
            if (target == null) {
                print(draft);
            } else {
                write(draft, target);
            }
            draft.notes().forEach(note -> caller.err().println("note: " + note));
            return Main.OK;
        } catch (IOException | ImportException e) {
            caller.err().println("weir: " + e.getMessage());
            return Main.FAILED;
        }
    }

    private void print(Draft draft) {
        caller.out().print(draft.ini(USERS_FILE));
        if (!draft.usersFile().isEmpty()) {
            caller.out().println("\n;; " + USERS_FILE + ", which -o would write:");
            draft.usersFile().lines().forEach(line -> caller.out().println("; " + line));
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
