package dev.weir.net;

import dev.weir.os.FileLimit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AttributeKey;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.channels.ClosedChannelException;

/** Reading from a peer: starting it, stopping it, and judging its failures. */
public final class Reading {
    /** Whether a suspended peer is to be read from once it is resumed. */
    private static final AttributeKey<Boolean> WANTED = AttributeKey.valueOf("weir.wanted");

    /** How the text of EMFILE ends, in Java's exceptions and in Netty's. */
    private static final String TOO_MANY_FILES = "Too many open files";

    private Reading() {}

    /**
     * Starts or stops reading from a peer. A channel that has been closed by a write that failed in
     * this very turn is left alone, since the kernel no longer knows it.
     */
    public static void set(Channel channel, boolean on) {
        if (!channel.isActive() || on && channel.config().isAutoRead()) {
            return;
        }
        if (channel.hasAttr(WANTED) && channel.attr(WANTED).get() != null) {
            channel.attr(WANTED).set(on);
        } else if (channel.config().isAutoRead() != on) {
            channel.config().setAutoRead(on);
        }
    }

    /** Stops reading from a peer until it is resumed, whatever {@link #set} says. */
    public static void suspend(Channel channel) {
        channel.attr(WANTED).setIfAbsent(channel.config().isAutoRead());
        if (channel.isActive()) {
            channel.config().setAutoRead(false);
        }
    }

    /** Resumes reading, as it would be without the suspension. */
    public static void resume(Channel channel) {
        Boolean wanted = channel.attr(WANTED).getAndSet(null);
        if (wanted != null) {
            set(channel, wanted);
        }
    }

    /** Whether everything that was written has reached the kernel. */
    public static boolean isFlushed(Channel channel) {
        return pendingBytes(channel) == 0;
    }

    /** How many bytes were written but have not reached the kernel. */
    public static long pendingBytes(Channel channel) {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    /** The file descriptor of a channel; -1 if the transport has none. */
    public static int fileDescriptor(Channel channel) {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    /**
     * Loads the classes that {@link #reason} needs. Once there are no descriptors, which it must
     * report, no class can be loaded from a file that is not open, and the process would end
     * because of that.
     */
    static void loadReasons() {
        reason(new IOException("socket(..) failed with error(-1): unknown"));
    }

    /** What went wrong with a connection, in words; names the limit if it is that of open files. */
    public static String reason(Throwable cause) {
        Throwable real = cause;
        while (isWrapping(real) && real.getCause() != null) {
            real = real.getCause();
        }
        String message = real.getMessage();
        if (message == null || message.isBlank()) {
            return real instanceof ClosedChannelException
                    ? "the connection was closed"
                    : real.getClass().getSimpleName();
        } else if (message.endsWith(TOO_MANY_FILES)) {
            String limit = FileLimit.now().map(now -> FileLimit.shown(now.soft())).orElse("?");
            return "too many open files (ulimit -n is " + limit + ")";
        }
        return SystemError.text(message);
    }

    /** Whether this only says that Netty could not make a channel. */
    private static boolean isWrapping(Throwable cause) {
        return cause instanceof ChannelException || cause instanceof InvocationTargetException;
    }

    /** Whether there was no direct memory for a buffer. */
    public static boolean isOutOfMemory(Throwable cause) {
        return cause instanceof OutOfDirectMemoryError
                || cause instanceof DecoderException
                        && cause.getCause() instanceof OutOfDirectMemoryError;
    }

    /** Whether the peer, not Weir, is to blame. */
    public static boolean isPeerFault(Throwable cause) {
        Throwable real =
                cause instanceof DecoderException ? cause.getCause() : cause; // thrown by TLS
        return real instanceof IOException || real instanceof UncheckedIOException;
    }
}
