package dev.weir.app;

import java.io.PrintStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir completion}: what a shell needs to complete command lines. */
@Command(
        name = "completion",
        header = "Print a script that lets bash or zsh complete command lines.",
        description = {"", "source <(weir completion), or keep it in /etc/bash_completion.d."})
final class CompletionCommand implements Executable {
    private final PrintStream out;

    @Spec private @Nullable CommandSpec spec;

    CompletionCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public int execute() {
        CommandSpec weir = Objects.requireNonNull(spec).root();
        out.print(AutoComplete.bash(weir.name(), weir.commandLine()));
        return Main.OK;
    }
}
