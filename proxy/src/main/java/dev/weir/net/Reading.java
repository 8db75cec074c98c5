package dev.weir.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Whether a peer is read, and what may come of it. */
public final class Reading {
    /** Of a suspended peer: whether it is to be read when it goes on. */
    private static final AttributeKey<Boolean> WANTED = AttributeKey.valueOf("weir.wanted");

    private Reading() {}

    /** What was read before, and now; takes over both. */
    public static ByteBuf appended(ByteBufAllocator alloc, @Nullable ByteBuf before, ByteBuf in) {
        if (before == null) {
            return in;
        }
        ByteBuf all = alloc.buffer(before.readableBytes() + in.readableBytes());
        all.writeBytes(before).writeBytes(in);
        before.release();
        in.release();
        return all;
    }

    /**
     * Reads a peer on, or lets it wait. A channel that is closed already, by a write that failed in
     * this very turn, is left alone: the kernel does not know it any more.
     */
    public static void set(Channel channel, boolean on) {
        if (channel.isActive() && channel.config().isAutoRead() != on) {
            if (on && channel.hasAttr(WANTED) && channel.attr(WANTED).get() != null) {
                channel.attr(WANTED).set(true);
            } else {
                channel.config().setAutoRead(on);
            }
        }
    }

    /** Reads a peer no more, whatever {@link #set} says, until it is resumed. */
    public static void suspend(Channel channel) {
        channel.attr(WANTED).setIfAbsent(channel.config().isAutoRead());
        if (channel.isActive()) {
            channel.config().setAutoRead(false);
        }
    }

    /** Goes on as if nothing had been. */
    public static void resume(Channel channel) {
        Boolean wanted = channel.attr(WANTED).getAndSet(null);
        if (wanted != null) {
            set(channel, wanted);
        }
    }

    /** Whether all that was written has reached the kernel. */
    public static boolean isFlushed(Channel channel) {
        return pendingBytes(channel) == 0;
    }

    /** How much was written and has not reached the kernel. */
    public static long pendingBytes(Channel channel) {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /** The number of a channel's file; -1 where the transport has none. */
    public static int fileDescriptor(Channel channel) {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    /** What went wrong with a connection, for people. */
    public static String reason(Throwable cause) {
        String message = cause.getMessage();
        if (message != null && !message.isBlank()) {
            return message;
        }
        return cause instanceof ClosedChannelException
                ? "the connection was closed"
                : cause.getClass().getSimpleName();
    }

    /** Whether the peer, not Weir, is to blame. */
    public static boolean isPeerFault(Throwable cause) {
        Throwable real = cause instanceof DecoderException ? cause.getCause() : cause; // of TLS
        return real instanceof IOException || real instanceof UncheckedIOException;
    }
}
