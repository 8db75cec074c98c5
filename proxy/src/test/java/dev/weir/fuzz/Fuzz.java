package dev.weir.fuzz;

import dev.weir.auth.AuthFuzz;
import dev.weir.config.ConfigFuzz;
import dev.weir.login.LoginFuzz;
import dev.weir.protocol.ProtocolFuzz;
import dev.weir.session.SessionFuzz;
import dev.weir.sql.SqlFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The targets of {@code ./dev fuzz}, and the entry of the fuzzer, which finds it by its signature.
 */
public final class Fuzz {
    private static final FuzzTarget TARGET =
            target(System.getProperty("weir.fuzz", "SqlFuzz.TEXT"));

    private Fuzz() {}

    /** All of them. */
    static List<FuzzTarget> targets() {
        return Stream.<FuzzTarget[]>of(
                        ProtocolFuzz.values(),
                        ConfigFuzz.values(),
                        AuthFuzz.values(),
                        LoginFuzz.values(),
                        SqlFuzz.values(),
                        SessionFuzz.values())
                .flatMap(Stream::of)
                .toList();
    }

    private static FuzzTarget target(String title) {
        return targets().stream()
                .filter(target -> target.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target: " + title));
    }

    /** Called by the fuzzer with one input after another. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.run(input);
    }

    /** Lists the targets, and writes the seeds of each into a folder of its name. */
    public static void main(String... arguments) throws IOException {
        for (FuzzTarget target : targets()) {
            Path folder = Files.createDirectories(Path.of(arguments[0], target.title()));
            int number = 0;
            for (byte[] seed : target.seeds()) {
                Files.write(folder.resolve("seed-" + number++), seed);
            }
            System.out.println(target.title());
        }
    }
}
