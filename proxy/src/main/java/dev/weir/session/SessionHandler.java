package dev.weir.session;

import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.net.Reading;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a client's pipeline: tells its session what the channel does. */
@LoopConfined
final class SessionHandler extends ChannelInboundHandlerAdapter implements LoopOwned {
    private static final Logger log = LoggerFactory.getLogger(SessionHandler.class);

    private final Session session;

    SessionHandler(Session session) {
        this.session = session;
    }

    @Override
    public EventLoop loop() {
        return session.loop();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assertInLoop();
        session.clientBytes((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        assertInLoop();
        session.clientTurnEnd();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        assertInLoop();
        session.clientWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        assertInLoop();
        session.clientGone();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        assertInLoop();
        if (Reading.isPeerFault(cause)) {
            log.debug(
                    "{} client_io_error what=\"{}\"", session.hello().logName(), cause.toString());
            ctx.close();
        } else {
            log.error("{} session_failed", session.hello().logName(), cause);
            session.broken();
        }
    }
}
