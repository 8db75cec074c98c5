package dev.weir.login;

import dev.weir.log.ConnectionName;
import dev.weir.net.Fatal;
import dev.weir.net.Reading;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts the clients of one listening socket. If that fails, usually because no file descriptor is
 * left, the oldest connection that has not logged in is closed, if it has had time for that, and
 * accepting pauses, since the kernel would report the same client again at once; new clients wait
 * in the kernel's queue. The log reports the beginning and the end of this, once each.
 */
final class Accepting extends ChannelInboundHandlerAdapter {
    private static final long PAUSE_MILLIS = 200;

    /** More than it takes until the closed connection has freed its descriptor. */
    private static final long ROOM_MILLIS = 20;

    private static final Logger log = LoggerFactory.getLogger(Accepting.class);

    private final Reception reception;
    private boolean fails;
    private boolean hasAccepted;

    Accepting(Reception reception) {
        this.reception = reception;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object client) {
        hasAccepted = true;
        ctx.fireChannelRead(client);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        if (!fails) {
            fails = true;
            log.warn(
                    "accept_failed at={} error=\"{}\" hint=\"clients wait until there are free"
                            + " descriptors: raise ulimit -n, or lower max_client_conn\"",
                    ConnectionName.shown(ctx.channel().localAddress()),
                    Reading.reason(cause));
            later(ctx, PAUSE_MILLIS, () -> judge(ctx));
        }
        hasAccepted = false;
        long pause = reception.makeRoom() ? ROOM_MILLIS : PAUSE_MILLIS;
        Reading.suspend(ctx.channel());
        later(ctx, pause, () -> Reading.resume(ctx.channel()));
    }

    /** Accepting works again if nothing has failed since a client was accepted. */
    private void judge(ChannelHandlerContext ctx) {
        if (hasAccepted) {
            fails = false;
            log.info("accept_works at={}", ConnectionName.shown(ctx.channel().localAddress()));
        } else if (ctx.channel().isActive()) {
            later(ctx, PAUSE_MILLIS, () -> judge(ctx));
        }
    }

    private static void later(ChannelHandlerContext ctx, long millis, Runnable task) {
        ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
}
