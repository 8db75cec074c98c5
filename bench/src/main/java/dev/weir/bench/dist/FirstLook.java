package dev.weir.bench.dist;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts an unpacked distribution several times, with and without its cache, and prints how long
 * that took and how much memory it uses.
 */
public final class FirstLook {
    private static final int STARTS = 5;
    private static final int IDLE_CLIENTS = 9_000;
    private static final Map<String, String> SIDECAR = Map.of("WEIR_PROFILE", "sidecar");

    private FirstLook() {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(args[0]);
        try (PgCluster cluster = PgCluster.start()) {
            report("with the cache", home, cluster, List.of("-XX:AOTMode=on"));
            report("without", home, cluster, List.of("-XX:AOTMode=off"));
            report("as a sidecar", home, cluster, SIDECAR, List.of("-XX:AOTMode=on"));
            memory(home, cluster);
        }
    }

    /**
     * Prints the resident memory without clients, with many idle clients, and after they have left.
     */
    private static void memory(Path home, PgCluster cluster) throws IOException {
        try (var weir = new Installation(home, cluster.primary(), Map.of(), List.of())) {
            long alone = weir.residentMegabytes();
            List<WireClient> clients = new ArrayList<>();
            try {
                while (clients.size() < IDLE_CLIENTS) {
                    WireClient client = weir.client();
                    clients.add(client);
                    client.query("select 1");
                }
            } finally {
                long full = weir.residentMegabytes();
                long files = weir.openFiles();
                clients.forEach(WireClient::close);
                weir.awaitFiles(files - clients.size());
                System.out.printf(
                        "resident: %d MB, with %d idle clients %d MB, after they left %d MB%n",
                        alone, clients.size(), full, weir.residentMegabytes());
            }
        }
    }

    private static void report(String what, Path home, PgCluster cluster, List<String> options)
            throws IOException {
        report(what, home, cluster, Map.of(), options);
    }

    private static void report(
            String what,
            Path home,
            PgCluster cluster,
            Map<String, String> environment,
            List<String> options)
            throws IOException {
        List<Duration> starts = new ArrayList<>();
        long megabytes = 0;
        for (int i = 0; i < STARTS; i++) {
            try (var weir = new Installation(home, cluster.primary(), environment, options)) {
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
