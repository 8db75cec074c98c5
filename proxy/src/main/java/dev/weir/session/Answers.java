package dev.weir.session;

import dev.weir.error.Refusal;
import dev.weir.net.Buffers;
import dev.weir.protocol.BackendMessages;
import io.netty.buffer.ByteBuf;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What Weir itself sends to a client, instead of its server or in addition to it. */
final class Answers {
    private static final String SUCCESS = "00000";

    private final ClientPort port;

    Answers(ClientPort port) {
        this.port = port;
    }

    /** Puts a notice ahead of the server's answer; it is sent with that. */
    void notice(String severity, String text) {
        notice(severity, text, null);
    }

    /** Like {@link #notice(String, String)}, with a hint. */
    void notice(String severity, String text, @Nullable String hint) {
        port.write(noticeBytes(severity, text, hint));
    }

    /** Sends a notice now: the server's answer will take a while. */
    void noticeNow(String text) {
        port.send(noticeBytes("NOTICE", text, null));
    }

    private ByteBuf noticeBytes(String severity, String text, @Nullable String hint) {
        return filled(128, out -> BackendMessages.notice(out, severity, SUCCESS, text, null, hint));
    }

    /** Answers a Parse and its Sync that needed no server. */
    void parsedAlone() {
        ByteBuf out = port.alloc().buffer(16);
        BackendMessages.parseComplete(out);
        BackendMessages.readyForQuery(out, (byte) 'I');
        port.send(out);
    }

    /** Answers a Query of one command that needed no server. */
    void completed(String commandTag, byte transactionStatus) {
        ByteBuf out = port.alloc().buffer(32);
        BackendMessages.commandComplete(out, commandTag);
        BackendMessages.readyForQuery(out, transactionStatus);
        port.send(out);
    }

    /** Answers the Sync of a batch that was refused before a server saw it. */
    void ready(byte transactionStatus) {
        ByteBuf out = port.alloc().buffer(8);
        BackendMessages.readyForQuery(out, transactionStatus);
        port.send(out);
    }

    /** Refuses a message whose batch goes on until its Sync. */
    void sendRefusal(Refusal why) {
        port.send(refusal(why));
    }

    /** Refuses a message that ReadyForQuery answers. */
    void sendRefusalAndReady(Refusal why, byte transactionStatus) {
        ByteBuf out = refusal(why);
        BackendMessages.readyForQuery(out, transactionStatus);
        port.send(out);
    }

    /**
     * Says why the connection ends; it is sent when that is closed. Without memory for it, the
     * connection ends without a word.
     */
    void refuseLast(Refusal why) {
        try {
            port.write(refusal(why));
        } catch (OutOfDirectMemoryError _) {
            // it is logged why
        }
    }

    private ByteBuf refusal(Refusal why) {
        return filled(256, why::writeTo);
    }

    /**
     * A buffer that {@code writer} fills; it is released if there is no memory for it to grow.
     *
     * @param bytes how many it will have, most likely
     */
    ByteBuf filled(int bytes, Consumer<ByteBuf> writer) {
        return Buffers.filled(port.alloc(), bytes, writer);
    }
}
