package dev.weir.app;

import dev.weir.migrate.Draft;
import dev.weir.migrate.Import;
import dev.weir.migrate.Import.ImportException;
import java.io.IOException;
import java.nio.file.Path;
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
            new DraftFiles(caller).put(draft, target);
            return Main.OK;
        } catch (IOException | ImportException e) {
            caller.err().println("weir: " + e.getMessage());
            return Main.FAILED;
        }
    }
}
