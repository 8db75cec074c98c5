package dev.weir.app;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The options and commands of a command line as sections of a man page, in man(7)'s macros. */
@NullMarked
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    static String sections(CommandLine weir) {
        var made = new ManPage();
        made.page.append(".SH OPTIONS\n");
        made.arguments(weir.getCommandSpec());
        made.page.append(".SH COMMANDS\n");
        weir.getSubcommands().values().forEach(made::command);
        return made.page.toString();
    }

    private void command(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        page.append(".SS \"").append(escaped(command.getHelp().synopsis(0).strip())).append("\"\n");
        String text =
                Stream.of(spec.usageMessage().header(), spec.usageMessage().description())
                        .flatMap(Arrays::stream)
                        .filter(line -> !line.isEmpty())
                        .map(line -> line.endsWith(".") ? line : line + '.')
                        .collect(Collectors.joining(" "));
        page.append(escaped(text)).append('\n');
        arguments(spec);
    }

    private void arguments(CommandSpec spec) {
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            item("\\fI" + positional.paramLabel() + "\\fR", positional);
        }
        for (OptionSpec option : spec.options()) {
            String names =
                    Arrays.stream(option.names())
                            .map(name -> "\\fB" + escaped(name) + "\\fR")
                            .collect(Collectors.joining(", "));
            boolean takesValue = option.arity().max() > 0;
            item(takesValue ? names + " \\fI" + option.paramLabel() + "\\fR" : names, option);
        }
    }

    private void item(String term, ArgSpec argument) {
        page.append(".TP\n").append(term).append('\n');
        page.append(escaped(String.join(" ", argument.description()))).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
    }
}
