package dev.weir.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.config.PoolMode;
import dev.weir.support.Rig;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Scripts in several languages see the same on a direct connection and through Weir, with two
 * server connections and with one. All of them run at once.
 */
final class DriversIT {
    private static final int AT_ONCE = 3;

    /** Clients that are tied to both connections are what the scripts are written for. */
    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 2");

    @RegisterExtension static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_pinned = 1");

    private static final Map<Drivers, CompletableFuture<List<List<String>>>> SEEN =
            new EnumMap<>(Drivers.class);

    @BeforeAll
    static void runAll() throws IOException {
        Drivers.installModules();
        List<String> places =
                List.of(
                        two.node().port() + "/100",
                        two.port() + "/2",
                        one.node().port() + "/1",
                        one.port() + "/1");
        try (ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Drivers driver : Drivers.values()) {
                two.execute("drop database if exists " + driver.database());
                two.execute("create database " + driver.database());
                SEEN.put(
                        driver,
                        CompletableFuture.supplyAsync(
                                () -> driver.isThere() ? driver.run(places) : List.of(), executor));
            }
        }
    }

    @AfterAll
    static void dropDatabases() {
        Arrays.stream(Drivers.values())
                .forEach(driver ->
                        two.execute("drop database %s with (force)".formatted(driver.database())));
    }

    @ParameterizedTest
    @EnumSource
    void seesTheSame(Drivers driver) {
        List<List<String>> seen = Objects.requireNonNull(SEEN.get(driver)).join();
        assumeTrue(!seen.isEmpty(), "not installed");
        assertThat(seen).hasSize(4);
        assertThat(seen.getFirst()).hasSizeGreaterThan(40);
        assertThat(seen.get(1)).as("with two connections").isEqualTo(seen.get(0));
        assertThat(seen.get(3)).as("with one connection").isEqualTo(seen.get(2));
        assertThat(seen.getFirst()).noneMatch(line -> line.contains("Traceback"));
    }
}
