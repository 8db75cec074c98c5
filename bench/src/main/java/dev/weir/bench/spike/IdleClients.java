package dev.weir.bench.spike;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Logs many clients in to a relay, each with one query, and says what an idle one costs it.
 *
 * <pre>IdleClients port=PORT pid=PID-OF-THE-RELAY from=1000 to=5000</pre>
 *
 * Give the relay a heap that is touched beforehand ({@code -Xms64m -Xmx64m -XX:+AlwaysPreTouch}):
 * the slope of its RSS is then what lies outside the heap; what is on it comes from a heap
 * histogram.
 */
final class IdleClients {
    private static final byte[] STARTUP =
            "user\0postgres\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] QUERY = "SELECT 1\0".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final long pid;
    private final List<Socket> sockets = new ArrayList<>();

    private IdleClients(int port, long pid) {
        this.port = port;
        this.pid = pid;
    }

    public static void main(String[] args) throws Exception {
        var knobs = new Knobs(args);
        var clients = new IdleClients(knobs.number("port", 6432), knobs.number("pid", 0));
        clients.run(knobs.number("from", 1_000), knobs.number("to", 5_000));
    }

    private void run(int from, int to) throws IOException, InterruptedException {
        open(from);
        long heapBefore = heapBytes();
        long before = Compare.rssKilobytes(pid);
        open(to);
        long rss = Compare.rssKilobytes(pid) - before;
        long heap = (heapBytes() - heapBefore) / 1_024;
        double each = to - from;
        System.out.printf(
                "clients=%d..%d outside_heap_kb=%.2f heap_kb=%.2f sum_kb=%.2f rss_mb=%d%n",
                from, to, rss / each, heap / each, (rss + heap) / each, (before + rss) / 1_024);
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void open(int until) throws IOException {
        while (sockets.size() < until) {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.add(socket);
            socket.setTcpNoDelay(true);
            ByteBuffer startup = ByteBuffer.allocate(8 + STARTUP.length);
            startup.putInt(startup.capacity()).putInt(0x30000).put(STARTUP);
            socket.getOutputStream().write(startup.array());
            awaitReady(socket);
            ByteBuffer query = ByteBuffer.allocate(5 + QUERY.length);
            query.put((byte) 'Q').putInt(4 + QUERY.length).put(QUERY);
            socket.getOutputStream().write(query.array());
            awaitReady(socket);
        }
    }

    private static void awaitReady(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        byte tag;
        do {
            tag = in.readByte();
            in.skipNBytes(in.readInt() - 4L);
        } while (tag != 'Z');
    }

    /** The bytes of all live objects; the histogram collects garbage first. */
    private long heapBytes() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("jcmd", "" + pid, "GC.class_histogram").start();
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.startsWith("Total"))
                        .toList();
        process.waitFor();
        String[] total = lines.getFirst().split(" +", -1);
        return Long.parseLong(total[2]);
    }
}
