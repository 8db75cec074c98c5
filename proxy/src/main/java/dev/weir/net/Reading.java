package dev.weir.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

/** Whether a peer is read, and what may come of it. */
public final class Reading {
    /** Of a suspended peer: whether it is to be read when it goes on. */
    private static final AttributeKey<Boolean> WANTED = AttributeKey.valueOf("weir.wanted");

    /** How long io_uring may take to give a read back that is not wanted any more. */
    private static final long GIVE_BACK_MILLIS = 5;

    private Reading() {}

    /**
     * Runs {@code then} on the channel's loop, not within a read, when none is outstanding: then
     * the channel may move to another loop. Auto-read must be off. A TLS handshake asks for reads
     * of its own, and io_uring does not let go of a channel before such a read is over.
     */
    public static void settle(Channel channel, Runnable then) {
        if (channel instanceof IoUringSocketChannel && TlsChannel.of(channel) != null) {
            channel.config().setAutoRead(true);
            channel.config().setAutoRead(false); // which calls the read back
            channel.eventLoop().schedule(then, GIVE_BACK_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            channel.eventLoop().execute(then);
        }
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
