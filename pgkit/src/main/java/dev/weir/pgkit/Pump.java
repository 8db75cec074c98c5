package dev.weir.pgkit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One direction of one connection of a {@link Link}: a thread that reads, and one that writes the
 * chunks when they are due. The queue between them is bounded.
 */
final class Pump {
    private static final int CHUNK_BYTES_MAX = 1 << 14;
    private static final int CHUNKS_MAX = 64;
    private static final byte[] END = {};

    private final Socket from;
    private final Socket to;
    private final Flow flow;
    private final LinkConnection connection;
    private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS_MAX);
    private volatile boolean ended;

    /** Bytes and the time to forward them; empty only at the end of the stream. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chunk(long due, byte[] bytes) {}

    Pump(Socket from, Socket to, Flow flow, LinkConnection connection) {
        this.from = from;
        this.to = to;
        this.flow = flow;
        this.connection = connection;
    }

    void read() throws IOException, InterruptedException {
        byte[] buffer = new byte[CHUNK_BYTES_MAX];
        for (int length = next(buffer); length >= 0; length = next(buffer)) {
            byte[] changed = flow.apply(Arrays.copyOf(buffer, length));
            if (changed != null && changed.length > 0) {
                queue.put(new Chunk(flow.due(), changed));
            }
        }
        queue.put(new Chunk(flow.due(), END));
    }

    private int next(byte[] buffer) throws IOException, InterruptedException {
        flow.awaitGo();
        int length = from.getInputStream().read(buffer);
        flow.awaitGo();
        return length;
    }

    void write() throws IOException, InterruptedException {
        for (Chunk chunk = queue.take(); chunk.bytes().length > 0; chunk = queue.take()) {
            awaitDue(chunk);
            if (!ended) {
                forward(chunk.bytes());
            }
        }
        end();
    }

    private void awaitDue(Chunk chunk) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
        flow.awaitGo();
    }

    private void forward(byte[] bytes) throws IOException {
        OutputStream out = to.getOutputStream();
        int length = flow.take(bytes.length);
        if (flow.dribbles()) {
            for (int i = 0; i < length; i++) {
                out.write(bytes[i]);
            }
        } else {
            out.write(bytes, 0, length);
        }
        if (flow.isExhausted()) {
            connection.link().cut();
        }
    }

    /** Tells the receiver that nothing more will come; whatever still comes is dropped. */
    synchronized void end() throws IOException {
        if (!ended) {
            ended = true;
            to.shutdownOutput();
            connection.closeIfBothEnded();
        }
    }

    boolean isEnded() {
        return ended;
    }
}
