package dev.weir.backend;

import dev.weir.net.Fatal;
import dev.weir.net.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes what a channel reads to its {@link ServerConnection}, and the ends of turns to its holder.
 */
public final class ServerInput extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ServerConnection.class);

    private final ServerConnection connection;

    /** Whether something was read, and the holder has not been told of the end of the turn yet. */
    private boolean turnOpen;

    /** Creates the handler for the channel of {@code connection}. */
    public ServerInput(ServerConnection connection) {
        this.connection = connection;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        turnOpen = true;
        connection.read(ctx.alloc(), (ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ServerEvents to = connection.holder();
        if (turnOpen) {
            turnOpen = false;
            if (to != null) {
                to.serverTurnEnd();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ServerEvents to = connection.holder();
        if (to != null) {
            to.serverWritabilityChanged(ctx.channel().isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.ended();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        String name = connection.logName();
        int pid = connection.processId();
        if (Reading.isPeerFault(cause)) {
            log.debug("{} server_io_error pid={} what=\"{}\"", name, pid, cause.toString());
        } else if (Reading.isOutOfMemory(cause)) {
            log.warn("{} out_of_buffer_memory what=\"{}\"", name, cause.toString());
            ServerEvents to = connection.holder();
            if (to != null) {
                to.outOfMemory();
            }
        } else {
            log.error("{} server_failed pid={}", name, pid, cause);
        }
        ctx.close();
    }
}
