package dev.weir.bench.dist;

import dev.weir.pgkit.PgCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts an unpacked distribution a few times, with and without its cache, and says how long that
 * took.
 */
public final class FirstLook {
    private static final int STARTS = 5;

    private FirstLook() {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        try (PgCluster cluster = PgCluster.start()) {
            report("with the cache", home, cluster, List.of("-XX:AOTMode=on"));
            report("without", home, cluster, List.of("-XX:AOTMode=off"));
        }
    }

    private static void report(String what, Path home, PgCluster cluster, List<String> options)
            throws IOException {
        List<Duration> starts = new ArrayList<>();
        long megabytes = 0;
        for (int i = 0; i < STARTS; i++) {
            try (var weir = new Installation(home, cluster.primary(), options)) {
                starts.add(weir.firstAnswer());
                megabytes = weir.residentMegabytes();
            }
        }
        starts.sort(null);
        System.out.printf(
                "start to first answer, %s: %d ms (median of %d), %d MB%n",
                what, starts.get(STARTS / 2).toMillis(), STARTS, megabytes);
    }
}
