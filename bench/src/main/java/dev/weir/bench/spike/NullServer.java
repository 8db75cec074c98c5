package dev.weir.bench.spike;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.nio.charset.StandardCharsets;

/**
 * A PostgreSQL server that answers every Query with the same row, so that on a shared machine
 * almost all the time goes to the relay. Each message must arrive whole.
 */
final class NullServer {
    private NullServer() {}

    public static void main(String[] args) throws Exception {
        var knobs = new Knobs(args);
        EventLoopGroup group = knobs.group(1);
        knobs.listener(group, group)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Answerer());
                            }
                        })
                .bind("127.0.0.1", knobs.number("port", 5432))
                .sync();
        System.out.println("ready pid=" + ProcessHandle.current().pid());
    }

    /** Writes AuthenticationOk, the parameters that pgbench and psql require, and ReadyForQuery. */
    static void welcome(ByteBuf out) {
        out.writeByte('R').writeInt(8).writeInt(0);
        parameter(out, "server_version", "15.0");
        parameter(out, "client_encoding", "UTF8");
        parameter(out, "standard_conforming_strings", "on");
        out.writeByte('K').writeInt(12).writeInt(1).writeInt(1);
        ready(out);
    }

    private static void parameter(ByteBuf out, String name, String value) {
        byte[] bytes = (name + '\0' + value + '\0').getBytes(StandardCharsets.US_ASCII);
        out.writeByte('S').writeInt(4 + bytes.length).writeBytes(bytes);
    }

    private static void ready(ByteBuf out) {
        out.writeByte('Z').writeInt(5).writeByte('I');
    }

    private static final class Answerer extends ChannelInboundHandlerAdapter {
        private static final byte[] NAME = "abalance\0".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] VALUE = "0".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] TAG = "SELECT 1\0".getBytes(StandardCharsets.US_ASCII);
        private static final int INT4_OID = 23;

        private boolean started;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            boolean query = in.getByte(in.readerIndex()) == 'Q';
            in.release();
            ByteBuf out = ctx.alloc().buffer(128);
            if (!started) {
                started = true;
                welcome(out);
            } else if (query) {
                answer(out);
            }
            ctx.writeAndFlush(out, ctx.voidPromise());
        }

        private static void answer(ByteBuf out) {
            out.writeByte('T').writeInt(4 + 2 + NAME.length + 18).writeShort(1).writeBytes(NAME);
            out.writeInt(0)
                    .writeShort(0)
                    .writeInt(INT4_OID)
                    .writeShort(4)
                    .writeInt(-1)
                    .writeShort(0);
            out.writeByte('D').writeInt(4 + 2 + 4 + VALUE.length).writeShort(1);
            out.writeInt(VALUE.length).writeBytes(VALUE);
            out.writeByte('C').writeInt(4 + TAG.length).writeBytes(TAG);
            ready(out);
        }
    }
}
