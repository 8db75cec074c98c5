package dev.weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands of {@code weir}, with what each takes: the one source of its help, of completion in
 * a shell and of the man page. A new command is one more line here, and its name one more in
 * src/dist/launch, since the launchers must know it before there is a JVM.
 *
 * <p>The library reads the annotations of all commands for this. So what runs often or has to be up
 * soon, {@code weir FILE}, {@code weir run} and {@code weir health}, does without it: see {@link
 * Main}.
 */
final class Commands {
    private static final int WIDTH = 100;

    private final Caller caller;
    private final CommandLine weir;

    Commands(Caller caller) {
        this.caller = caller;
        this.weir =
                new CommandLine(asPgBouncer())
                        .addSubcommand(new RunCommand(caller))
                        .addSubcommand(new CheckCommand(caller))
                        .addSubcommand(new EnvCommand(caller))
                        .addSubcommand(new HealthCommand(caller))
                        .addSubcommand(new TopCommand(caller))
                        .addSubcommand(new GenerateCommand(caller))
                        .addSubcommand(new ImportCommand(caller))
                        .addSubcommand(new DemoCommand(caller.err()))
                        .addSubcommand(new CompletionCommand(caller.out()))
                        .addSubcommand(new HelpCommand());
        weir.getSubcommands().values().forEach(Commands::prepare);
        weir.setUsageHelpWidth(WIDTH)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(new PrintWriter(caller.out(), true, UTF_8))
                .setErr(new PrintWriter(caller.err(), true, UTF_8));
    }

    /** What {@code weir} does without a command: {@link ServerOptions} reads it. */
    private static CommandSpec asPgBouncer() {
        CommandSpec spec = CommandSpec.create().name("weir");
        spec.usageMessage()
                .header("Weir, a PostgreSQL connection pooler")
                .customSynopsis("weir COMMAND …", "       weir [OPTION]… FILE")
                .description("", "Without a command, it runs as pgbouncer does, and not as root.")
                .commandListHeading("%nCommands (weir help COMMAND says more):%n")
                .optionListHeading("%nOptions:%n")
                .sortOptions(false)
                .footerHeading("%nEnvironment:%n")
                .footer(
                        "  WEIR_JAVA_OPTS    more options for the JVM, such as -Xmx2g",
                        "  WEIR_LOG_LEVEL    ERROR, WARN, INFO, DEBUG or TRACE; overrides verbose",
                        "  WEIR_PROFILE      sidecar = small, for little work (default server)",
                        "  WEIR_BUILD        never = run what is built, stale or not; in the source"
                                + " tree");
        for (ServerOptions.Option option : ServerOptions.Option.values()) {
            var built =
                    OptionSpec.builder("-" + option.letter(), "--" + option.longName())
                            .description(option.text());
            spec.addOption(
                    switch (option) {
                        case USER -> built.paramLabel("USER").type(String.class).build();
                        case VERSION -> built.versionHelp(true).build();
                        case HELP -> built.usageHelp(true).build();
                        default -> built.build();
                    });
        }
        return spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("a pgbouncer.ini")
                        .build());
    }

    private static void prepare(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.usageMessage().sortOptions(false).optionListHeading("%n").parameterListHeading("%n");
        if (spec.findOption("--help") == null) {
            spec.addOption(
                    OptionSpec.builder("-h", "--help")
                            .usageHelp(true)
                            .description("say this, and end")
                            .build());
        }
    }

    /** The names of the commands, in the order of the help. */
    Set<String> names() {
        return weir.getSubcommands().keySet();
    }

    /** All of it, for those who do not know what there is. */
    String help() {
        return weir.getUsageMessage();
    }

    /** What the library knows, for those who write it in another form. */
    CommandLine model() {
        return weir;
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    /** Carries out a command line whose first word is one of {@link #names}. */
    int execute(List<String> args) throws InterruptedException {
        try {
            ParseResult parsed = weir.parseArgs(args.toArray(String[]::new));
            Integer helped = CommandLine.executeHelpRequest(parsed);
            if (helped != null) {
                return helped;
            }
            return ((Executable) parsed.subcommand().commandSpec().userObject()).execute();
        } catch (ParameterException e) {
            CommandLine misused = e.getCommandLine();
            caller.err().println(name(misused) + ": " + e.getMessage());
            UnmatchedArgumentException.printSuggestions(e, misused.getErr());
            misused.usage(misused.getErr());
            return Main.FAILED;
        }
    }
}
