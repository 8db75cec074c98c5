package dev.weir.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Logs many clients in to a pooler, each with one query, and prints what an idle client costs it.
 *
 * <pre>IdleClients PORT PID FROM TO [USER]</pre>
 *
 * Prints the bytes per client of the process (RSS), and of its heap after a garbage collection.
 * Between the two counts, the heap may grow or shrink as a whole. The cost of a client is therefore
 * the larger of two figures: the sum of what it uses outside and on the heap, and the RSS.
 */
final class IdleClients {
    private final int port;
    private final long pid;
    private final String user;
    private final List<RawClient> clients = new ArrayList<>();

    private IdleClients(int port, long pid, String user) {
        this.port = port;
        this.pid = pid;
        this.user = user;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        String user = args.length > 4 ? args[4] : "postgres";
        var idle = new IdleClients(Integer.parseInt(args[0]), Long.parseLong(args[1]), user);
        idle.run(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    }

    private void run(int from, int to) throws IOException, InterruptedException {
        open(from);
        long heapBefore = heapBytes();
        long before = rssBytes();
        open(to);
        long rss = rssBytes() - before;
        long heap = heapBytes() - heapBefore;
        System.out.printf("%d\t%d%n", rss / (to - from), heap / (to - from));
        for (RawClient client : clients) {
            client.close();
        }
    }

    private void open(int until) throws IOException {
        while (clients.size() < until) {
            RawClient client = RawClient.login(port, user, "postgres");
            clients.add(client);
            client.query("SELECT 1");
        }
    }

    private long rssBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1_024;
            }
        }
        throw new IOException("no VmRSS for process " + pid);
    }

    /**
     * The bytes of all live objects, from the histogram, which first collects garbage. What fills
     * gaps that the collector has left is not live. 0 for a process that is not a JVM.
     */
    private long heapBytes() throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process = new ProcessBuilder(jcmd, "" + pid, "GC.class_histogram").start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return bytes(said, "Total") - bytes(said, "FillerElement;") - bytes(said, "FillerObject");
    }

    /** What a row of the histogram says; 0 if there is none. */
    private static long bytes(String histogram, String row) {
        return histogram
                .lines()
                .filter(line -> line.contains(row))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +", -1)[2]))
                .findFirst()
                .orElse(0);
    }
}
