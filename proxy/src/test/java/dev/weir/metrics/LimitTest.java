package dev.weir.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Setting;
import dev.weir.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LimitTest {
    private static Set<String> limits() {
        Stream<String> shown = Stream.of(Limit.values()).map(limit -> limit.setting().name());
        Stream<String> named =
                Stream.concat(Settings.PGBOUNCER.stream(), Settings.WEIR.stream())
                        .map(Setting::name)
                        .filter(name -> name.startsWith("max_") || name.contains("_max_"));
        return Stream.concat(shown, named).collect(Collectors.toSet());
    }

    /** Of a limit that SHOW LIMITS does not have, the manual says where it is seen. */
    @Test
    void everyLimitIsShownOrExplained() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "limits.md"));
        assertThat(limits())
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }
}
