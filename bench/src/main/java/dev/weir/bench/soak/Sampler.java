package dev.weir.bench.soak;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what a process takes up, from the kernel and from the metrics of its operations port. */
final class Sampler implements AutoCloseable {
    private static final double MEGABYTE = 1 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Subject subject;

    /**
     * What it takes up at one moment; memory in MB.
     *
     * @param tenured the part of the heap that has survived several collections
     * @param direct what Netty has for buffers
     */
    record Sample(
            double minutes,
            double heap,
            double tenured,
            double direct,
            double rss,
            double descriptors,
            double threads,
            double clients,
            double perSecond) {
        static final String COLUMNS =
                "minutes,heap_mb,tenured_mb,direct_mb,rss_mb,descriptors,threads,clients,tps";

        String line() {
            return "%.2f,%.1f,%.1f,%.1f,%.1f,%.0f,%.0f,%.0f,%.0f"
                    .formatted(
                            minutes,
                            heap,
                            tenured,
                            direct,
                            rss,
                            descriptors,
                            threads,
                            clients,
                            perSecond);
        }

        List<Double> values() {
            return List.of(tenured, direct, rss, descriptors, threads, perSecond);
        }
    }

    Sampler(Subject subject) {
        this.subject = subject;
    }

    Sample take(double minutes, double clients, double perSecond)
            throws IOException, InterruptedException {
        String metrics = metrics();
        Path of = Path.of("/proc", "" + subject.pid());
        String status = Files.readString(of.resolve("status"));
        try (Stream<Path> files = Files.list(of.resolve("fd"))) {
            return new Sample(
                    minutes,
                    sum(metrics, "jvm_memory_used_bytes\\{area=\"heap\".*?\\}") / MEGABYTE,
                    sum(metrics, "jvm_memory_used_bytes\\{area=\"heap\",id=\"Tenured Gen\"\\}")
                            / MEGABYTE,
                    buffers() / MEGABYTE,
                    sum(status, "VmRSS:") / 1024,
                    files.count(),
                    sum(status, "Threads:"),
                    clients,
                    perSecond);
        }
    }

    private double buffers() {
        try (WireClient console = subject.console()) {
            for (Message row : console.query("show mem")) {
                if (row.tag() == 'D' && "buffers".equals(row.row().getFirst())) {
                    return Double.parseDouble(String.valueOf(row.row().getLast()));
                }
            }
            return 0;
        }
    }

    private String metrics() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + subject.opsPort() + "/metrics");
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** The sum of the numbers behind what matches at the beginning of a line. */
    private static double sum(String text, String pattern) {
        Matcher lines =
                Pattern.compile("^" + pattern + "\\s+([0-9.eE+]+)", Pattern.MULTILINE)
                        .matcher(text);
        double sum = 0;
        while (lines.find()) {
            sum += Double.parseDouble(lines.group(1));
        }
        return sum;
    }

    @Override
    public void close() {
        http.close();
    }
}
