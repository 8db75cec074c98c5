package dev.weir.session;

import dev.weir.protocol.FrontendTag;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A batch that began with a Parse which the server did not see, because it has that statement. If a
 * table changed meanwhile, its Bind fails (0A000) where a Parse of one's own would have succeeded:
 * then the batch is sent once more, with its Parse, and the client sees nothing of it.
 */
final class BatchRecord {
    /** A larger batch is not kept. */
    private static final int BYTES_MAX = 16 * 1024;

    private @Nullable ByteBuf bytes;
    private byte @Nullable [] name;
    private int binds;
    private boolean complete;

    /** Starts to record a batch whose first message is the Parse of {@code statementName}. */
    void start(byte[] statementName, ByteBuf in, int at, int length) {
        forget();
        if (length <= BYTES_MAX) {
            bytes = in.alloc().buffer(length + 256).writeBytes(in, at, length);
            name = statementName;
            binds = 0;
            complete = false;
        }
    }

    /** Notes a message that was sent behind. */
    void add(byte tag, ByteBuf in, int at, int length, boolean whole) {
        ByteBuf to = bytes;
        if (to == null) {
            return;
        }
        binds += tag == FrontendTag.BIND ? 1 : 0;
        boolean ends = tag == FrontendTag.SYNC;
        boolean strange = tag == FrontendTag.QUERY || tag == FrontendTag.FUNCTION_CALL;
        if (complete || strange || !whole || to.readableBytes() + length > BYTES_MAX) {
            forget();
            return;
        }
        to.writeBytes(in, at, length);
        complete = ends;
    }

    boolean isRecording() {
        return bytes != null;
    }

    /** Whether the batch can be sent again: all of it is here, and it ran one statement at most. */
    boolean isRepeatable() {
        return bytes != null && complete && binds == 1;
    }

    /** The client's name of the statement that the batch parses. */
    byte @Nullable [] name() {
        return name;
    }

    /** Hands the batch over, for the caller to release. */
    @Nullable ByteBuf take() {
        ByteBuf all = bytes;
        bytes = null;
        name = null;
        return all;
    }

    void forget() {
        ByteBuf all = take();
        if (all != null) {
            all.release();
        }
    }
}
