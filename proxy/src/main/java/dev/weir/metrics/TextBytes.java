package dev.weir.metrics;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text that grows, in UTF-8. */
final class TextBytes extends OutputStream {
    private static final int LONG_DIGITS_MAX = 20;

    private byte[] bytes;
    private int length;

    /**
     * @param capacity how many bytes there is room for at first
     */
    TextBytes(int capacity) {
        bytes = new byte[capacity];
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, Math.multiplyExact(2, length)));
        }
    }

    @Override
    public void write(int one) {
        reserve(1);
        bytes[length++] = (byte) one;
    }

    @Override
    public void write(byte[] some) {
        write(some, 0, some.length);
    }

    @Override
    public void write(byte[] some, int from, int count) {
        reserve(count);
        System.arraycopy(some, from, bytes, length, count);
        length += count;
    }

    void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a number that is not negative, in decimal. */
    void writeCount(long number) {
        assert number >= 0 : number;
        reserve(LONG_DIGITS_MAX);
        int digits = 1;
        for (long rest = number / 10; rest > 0; rest /= 10) {
            digits++;
        }
        length += digits;
        long rest = number;
        for (int at = length - 1; at >= length - digits; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    int length() {
        return length;
    }

    /** A copy of all that was written. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
