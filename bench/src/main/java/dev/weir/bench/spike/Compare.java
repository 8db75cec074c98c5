package dev.weir.bench.spike;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares relays with different options. They run side by side, and pgbench drives them in turn:
 * each variant against the first, in rounds of first, variant, variant, first, so that other load
 * on the machine affects both alike. Prints the medians, and the median and quartiles of the paired
 * ratios.
 *
 * <pre>
 * Compare server=PORT rounds=6 seconds=1 clients=16,200 [script=FILE] -- JVM-OPTION… key=value… -- …
 * </pre>
 *
 * Arguments that begin with a dash go to the relay's JVM, the others to {@link Relay}.
 */
final class Compare {
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
    private static final Pattern DONE = Pattern.compile("actually processed: ([0-9]+)");
    private static final int FIRST_PORT = 16_400;

    private final Knobs knobs;
    private final List<Variant> variants = new ArrayList<>();

    private Compare(Knobs knobs) {
        this.knobs = knobs;
    }

    /** The results of one run, from pgbench and the kernel. */
    private record Sample(double tps, double micros) {}

    /** A running relay. */
    private record Variant(String name, Process process, int port) {}

    public static void main(String[] args) throws Exception {
        List<List<String>> groups = new ArrayList<>();
        groups.add(new ArrayList<>());
        for (String arg : args) {
            if (arg.equals("--")) {
                groups.add(new ArrayList<>());
            } else {
                groups.getLast().add(arg);
            }
        }
        var compare = new Compare(new Knobs(groups.removeFirst().toArray(String[]::new)));
        try {
            for (List<String> options : groups) {
                compare.launch(options);
            }
            for (String clients : compare.knobs.get("clients", "16,200").split(",", -1)) {
                compare.measure(Integer.parseInt(clients));
            }
        } finally {
            for (Variant variant : compare.variants) {
                variant.process.destroy();
            }
        }
    }

    private void launch(List<String> options) throws IOException {
        int port = FIRST_PORT + variants.size();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx256m"));
        options.stream().filter(option -> option.startsWith("-")).forEach(command::add);
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), Relay.class.getName()));
        options.stream().filter(option -> !option.startsWith("-")).forEach(command::add);
        command.add("port=" + port);
        command.add("server=" + knobs.get("server", "5432"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("ready")) {
            System.out.println(line);
            line = out.readLine();
        }
        variants.add(new Variant(String.join(" ", options), process, port));
    }

    private void measure(int clients) throws IOException {
        for (Variant variant : variants) {
            run(variant, clients, 3); // warm-up
        }
        Variant first = variants.getFirst();
        int seconds = knobs.number("seconds", 1);
        for (Variant variant : variants.subList(1, variants.size())) {
            List<Sample> before = new ArrayList<>();
            List<Sample> after = new ArrayList<>();
            for (int round = 0; round < knobs.number("rounds", 6); round++) {
                before.add(run(first, clients, seconds));
                after.add(run(variant, clients, seconds));
                after.add(run(variant, clients, seconds));
                before.add(run(first, clients, seconds));
            }
            report(clients, variant, before, after);
        }
    }

    private Sample run(Variant variant, int clients, int seconds) throws IOException {
        long before = cpuNanos(variant.process.pid());
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "pgbench",
                                "-n",
                                "-c",
                                "" + clients,
                                "-j",
                                "2",
                                "-T",
                                "" + seconds));
        command.addAll(List.of("-h", "127.0.0.1", "-p", "" + variant.port, "-U", "postgres"));
        command.addAll(List.of("-M", knobs.get("mode", "simple")));
        String script = knobs.get("script", "");
        command.addAll(script.isEmpty() ? List.of("-S") : List.of("-f", script));
        command.add("postgres");
        Process pgbench = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(pgbench.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher tps = TPS.matcher(out);
        Matcher done = DONE.matcher(out);
        if (!tps.find() || !done.find()) {
            throw new IOException("pgbench: " + out);
        }
        long used = cpuNanos(variant.process.pid()) - before;
        double transactions = Double.parseDouble(done.group(1));
        return new Sample(Double.parseDouble(tps.group(1)), used / transactions / 1_000);
    }

    private static void report(
            int clients, Variant variant, List<Sample> before, List<Sample> after) {
        int pairs = before.size();
        double[] first = new double[pairs];
        double[] micros = new double[pairs];
        double[] ratio = new double[pairs];
        double[] tpsRatio = new double[pairs];
        for (int i = 0; i < pairs; i++) {
            first[i] = before.get(i).micros;
            micros[i] = after.get(i).micros;
            ratio[i] = micros[i] / first[i];
            tpsRatio[i] = after.get(i).tps / before.get(i).tps;
        }
        System.out.printf(
                "%5d clients  cpu_us %5.1f against %5.1f  ratio %.2f [%.2f..%.2f]  best %.2f"
                        + "  tps ratio %.2f [%.2f..%.2f]  rss_mb=%d  %s%n",
                clients,
                quantile(micros, 0.5),
                quantile(first, 0.5),
                quantile(ratio, 0.5),
                quantile(ratio, 0.25),
                quantile(ratio, 0.75),
                quantile(micros, 0.1) / quantile(first, 0.1),
                quantile(tpsRatio, 0.5),
                quantile(tpsRatio, 0.25),
                quantile(tpsRatio, 0.75),
                rssKilobytes(variant.process.pid()) / 1_024,
                variant.name);
    }

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = (sorted.length - 1) * quantile;
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
    }

    /** The user and system time of all live threads, as accounted by the scheduler. */
    static long cpuNanos(long pid) throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> tasks =
                Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks) {
                try {
                    String times = Files.readString(task.resolve("schedstat"));
                    sum += Long.parseLong(times.substring(0, times.indexOf(' ')));
                } catch (NoSuchFileException e) {
                    assert !Files.exists(task); // a thread that has ended meanwhile
                }
            }
        }
        return sum;
    }

    static long rssKilobytes(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("no VmRSS for process " + pid);
    }
}
