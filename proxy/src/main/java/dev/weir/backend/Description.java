package dev.weir.backend;

import dev.weir.exchange.Effect;
import dev.weir.protocol.BackendTag;
import io.netty.buffer.ByteBuf;

/**
 * The Describe of a statement: computes a checksum of its parameters and columns, so far as a
 * client relies on them. The origin of columns is left out: PostgreSQL, too, compares only names
 * and types.
 */
abstract class Description implements Effect {
    /** A larger description is ignored. */
    static final int BYTES_MAX = 256 * 1024;

    private static final long FNV_PRIME = 0x100000001b3L;
    private static final int HEADER_BYTES = 5;

    private long sum = 0xcbf29ce484222325L;

    /** Takes the checksum of the server's answer; 0 stands for none. */
    abstract void described(long answer);

    /** Takes a message of the answer, all of which is at {@code at}. */
    final void message(ByteBuf in, int at) {
        int body = at + HEADER_BYTES;
        byte tag = in.getByte(at);
        add(tag);
        if (tag == BackendTag.ROW_DESCRIPTION) {
            columns(in, body);
        } else if (tag == BackendTag.PARAMETER_DESCRIPTION) {
            add(in, body, at + 1 + in.getInt(at + 1));
        }
    }

    private void columns(ByteBuf in, int body) {
        int columns = in.getUnsignedShort(body);
        int p = body + Short.BYTES;
        for (int i = 0; i < columns; i++) {
            int nameEnd = in.indexOf(p, in.writerIndex(), (byte) 0);
            add(in, p, nameEnd + 1);
            int type = nameEnd + 1 + Integer.BYTES + Short.BYTES; // after the table and its column
            int format = type + Integer.BYTES + Short.BYTES + Integer.BYTES;
            add(in, type, format);
            p = format + Short.BYTES;
        }
    }

    private void add(ByteBuf in, int from, int to) {
        for (int p = from; p < to; p++) {
            add(in.getByte(p));
        }
    }

    private void add(byte b) {
        sum = (sum ^ b & 0xff) * FNV_PRIME;
    }

    @Override
    public final void succeeded() {
        described(sum == 0 ? 1 : sum);
    }

    @Override
    public final void failed() {}

    @Override
    public final void skipped() {}
}
