package dev.weir.login;

import dev.weir.net.Fatal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the header of the PROXY protocol, decoded by Netty, on a connection from a trusted load
 * balancer, and tells the login the real address of the client. Without a header that address is
 * unknown, so the connection is closed: the access rules would be applied to the balancer.
 *
 * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">The PROXY protocol</a>
 */
final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(ProxyHeader.class);

    /** The first bytes of the two versions of the header. */
    private static final byte TEXT = 'P';

    private static final byte BINARY = '\r';

    private final ClientLogin login;

    /** Detects a missing header at once, where the decoder would wait for its end. */
    static final class Beginning extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            byte first = in.getByte(in.readerIndex());
            if (first == TEXT || first == BINARY) {
                ctx.pipeline().remove(this);
                ctx.fireChannelRead(in);
            } else {
                in.release();
                refuse(ctx, "there is none");
            }
        }
    }

    ProxyHeader(ClientLogin login) {
        this.login = login;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HAProxyMessage header) {
            try {
                InetSocketAddress real = source(header);
                if (real != null) {
                    login.comesFrom(real);
                }
                ctx.pipeline().remove(this);
            } catch (UnknownHostException e) {
                refuse(ctx, e.getMessage());
            } finally {
                header.release();
            }
            return;
        }
        ctx.fireChannelRead(message);
    }

    /**
     * Returns null if the connection is the balancer's own, as in a health check, or if it does not
     * know the address.
     */
    private static @Nullable InetSocketAddress source(HAProxyMessage header)
            throws UnknownHostException {
        AddressFamily family = header.proxiedProtocol().addressFamily();
        boolean isInet = family == AddressFamily.AF_IPv4 || family == AddressFamily.AF_IPv6;
        if (header.command() == HAProxyCommand.LOCAL || !isInet || header.sourceAddress() == null) {
            return null;
        }
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(header.sourceAddress()), header.sourcePort());
        } catch (IllegalArgumentException e) {
            throw (UnknownHostException) new UnknownHostException(e.getMessage()).initCause(e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Fatal.check(cause);
        if (cause instanceof DecoderException) {
            Throwable why = cause;
            while (why.getCause() != null) {
                why = why.getCause();
            }
            refuse(ctx, why.getMessage());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    /**
     * Closes the connection of a trusted peer that sends no valid header; an operator should look
     * into it.
     */
    private static void refuse(ChannelHandlerContext ctx, @Nullable String cause) {
        log.warn("proxy_header_refused from={} cause=\"{}\"", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }
}
