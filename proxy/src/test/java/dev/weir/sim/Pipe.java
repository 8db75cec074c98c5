package dev.weir.sim;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The bytes on their way in one direction of a connection. */
final class Pipe {
    private final int capacity;
    private byte[] data = new byte[256];
    private int start;
    private int end;

    /** Whether nothing will be added. */
    boolean isEnded;

    /**
     * @param capacity so much fits in
     */
    Pipe(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return end - start;
    }

    int space() {
        return Math.max(0, capacity - size());
    }

    private void room(int more) {
        if (start > 0 && start == end) {
            start = 0;
            end = 0;
        }
        if (end + more > data.length) {
            int size = size();
            byte[] to = size + more > data.length ? new byte[(size + more) * 2] : data;
            System.arraycopy(data, start, to, 0, size);
            data = to;
            start = 0;
            end = size;
        }
    }

    void add(byte[] bytes, int from, int length) {
        room(length);
        System.arraycopy(bytes, from, data, end, length);
        end += length;
    }

    /** Adds the next {@code length} bytes of {@code in}, which keeps its reader index. */
    void add(ByteBuf in, int length) {
        room(length);
        in.getBytes(in.readerIndex(), data, end, length);
        end += length;
    }

    void moveTo(ByteBuf out, int length) {
        out.writeBytes(data, start, length);
        start += length;
    }

    void moveTo(Pipe out, int length) {
        out.add(data, start, length);
        start += length;
    }

    byte[] take(int length) {
        byte[] taken = Arrays.copyOfRange(data, start, start + length);
        start += length;
        return taken;
    }

    byte[] peek(int length) {
        return Arrays.copyOfRange(data, start, start + length);
    }

    void skip(int length) {
        start += length;
    }

    byte byteAt(int index) {
        return data[start + index];
    }

    int intAt(int index) {
        int at = start + index;
        return (data[at] & 0xff) << 24
                | (data[at + 1] & 0xff) << 16
                | (data[at + 2] & 0xff) << 8
                | data[at + 3] & 0xff;
    }

    void clear() {
        start = 0;
        end = 0;
    }
}
