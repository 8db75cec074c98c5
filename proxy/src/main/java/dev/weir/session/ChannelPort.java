package dev.weir.session;

import dev.weir.net.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The port of a client that speaks PostgreSQL's protocol: its channel. */
final class ChannelPort implements ClientPort {
    private final Channel channel;

    ChannelPort(Channel channel) {
        this.channel = channel;
    }

    @Override
    public ByteBufAllocator alloc() {
        return channel.alloc();
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public void send(ByteBuf bytes) {
        channel.writeAndFlush(bytes, channel.voidPromise());
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void reading(boolean on) {
        Reading.set(channel, on);
    }

    @Override
    public void suspend(boolean on) {
        if (on) {
            Reading.suspend(channel);
        } else {
            Reading.resume(channel);
        }
    }

    @Override
    public void close() {
        if (channel.isActive()) {
            channel.writeAndFlush(channel.alloc().buffer(0))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void abort() {
        channel.close();
    }

    @Override
    public long pendingBytes() {
        return Reading.pendingBytes(channel);
    }

    @Override
    public int fileDescriptor() {
        return Reading.fileDescriptor(channel);
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return channel.localAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }
}
