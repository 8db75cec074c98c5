package dev.weir.bench.spike;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Moves accepted channels to another loop after their first byte, and says how long that takes and
 * whether the channel still works: echoes, notices its peer's FIN, and can send its own.
 *
 * <pre>
 * io, read, ring … as in {@link Knobs}
 * moves    how many
 * load     busy | sleeping: what the other loop does
 * when     idle | reading: whether a read is outstanding when the channel is moved
 * how      future | blind | off: register when deregister is done; at once; or as future, after
 *          autoRead(false)
 * talk     polite | early: whether the peer sends more while its channel is being moved
 * deadline milliseconds until a channel counts as hung
 * </pre>
 */
final class Moves {
    private final Knobs knobs;
    private final EventLoop target;
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inactive = new AtomicInteger();
    private final AtomicInteger moved = new AtomicInteger();

    private Moves(Knobs knobs, EventLoop target) {
        this.knobs = knobs;
        this.target = target;
    }

    public static void main(String[] args) throws Exception {
        var knobs = new Knobs(args);
        EventLoopGroup from = knobs.group(1);
        EventLoopGroup to = knobs.group(1);
        var moves = new Moves(knobs, to.next());
        int port = moves.listen(from);
        var stop = new AtomicBoolean();
        if (knobs.is("load", "busy")) {
            moves.target.execute(() -> moves.churn(stop));
        }
        moves.run(port);
        stop.set(true);
        from.shutdownGracefully();
        to.shutdownGracefully();
    }

    private int listen(EventLoopGroup from) throws InterruptedException {
        Channel channel =
                knobs.listener(from, from)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel accepted) {
                                        accepted.pipeline().addLast(new Echo());
                                    }
                                })
                        .bind("127.0.0.1", 0)
                        .sync()
                        .channel();
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Keeps the loop from ever sleeping, in turns of about 20 µs. */
    private void churn(AtomicBoolean stop) {
        long end = System.nanoTime() + 20_000;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        if (!stop.get()) {
            // A scheduled task lets the loop do its I/O in between; an executed one might not.
            target.schedule(() -> churn(stop), 1, TimeUnit.NANOSECONDS);
        }
    }

    private void run(int port) throws IOException {
        int count = knobs.number("moves", 1_000);
        int deadline = knobs.number("deadline", 1_000);
        int hung = 0;
        int noFin = 0;
        int tried = 0;
        for (int i = 0; i < count && hung < 20; i++) {
            tried++;
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(deadline);
                socket.setTcpNoDelay(true);
                boolean echoes = !knobs.is("talk", "early") || echoEarly(socket);
                for (int round = 0; round < 4 && echoes; round++) {
                    echoes = echo(socket, 'a');
                }
                hung += echoes ? 0 : 1;
                if (echoes && (i & 1) == 0) { // half of the channels are closed by the proxy's side
                    socket.getOutputStream().write('x');
                    noFin += endOf(socket) ? 0 : 1;
                }
            }
        }
        awaitInactive(tried, deadline);
        report(tried, hung, noFin);
    }

    private static boolean echo(Socket socket, int what) throws IOException {
        socket.getOutputStream().write(what);
        try {
            return socket.getInputStream().read() == what;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Sends a byte, and then three more, timed to hit each step of the move. */
    private static boolean echoEarly(Socket socket) throws IOException {
        socket.getOutputStream().write('a');
        for (int i = 0; i < 3; i++) {
            long end = System.nanoTime() + ThreadLocalRandom.current().nextInt(100_000);
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            socket.getOutputStream().write('a');
        }
        try {
            return socket.getInputStream().readNBytes(4).length == 4;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    private void awaitInactive(int count, int deadline) {
        long end = System.nanoTime() + deadline * 1_000_000L;
        while (inactive.get() < count && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    private void report(int tried, int hung, int noFin) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%-8s read=%-8s ring=%-4s load=%-8s when=%-7s how=%-6s talk=%-6s tried=%d moved=%d"
                        + " hung=%d fin_not_sent=%d fin_not_seen=%d move_us p50=%s p99=%s max=%s%n",
                knobs.get("io", "epoll"),
                knobs.get("read", "auto"),
                knobs.get("ring", "0"),
                knobs.get("load", "sleeping"),
                knobs.get("when", "idle"),
                knobs.get("how", "future"),
                knobs.get("talk", "polite"),
                tried,
                moved.get(),
                hung,
                noFin,
                tried - inactive.get(),
                at(sorted, 0.5),
                at(sorted, 0.99),
                at(sorted, 1));
    }

    private static String at(long[] sorted, double quantile) {
        int index = (int) Math.min(sorted.length - 1L, Math.round(sorted.length * quantile));
        return sorted.length == 0 ? "-" : Long.toString(sorted[index] / 1_000);
    }

    /** Echoes, and moves its channel after the first byte. */
    private final class Echo extends ChannelInboundHandlerAdapter {
        private boolean started;
        private boolean moving;
        private boolean settled;
        private @Nullable ByteBuf first;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            knobs.startReading(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (!started) {
                started = true;
                moving = true;
                first = ctx.alloc().buffer().writeBytes(in); // more bytes may be added
                in.release();
                return;
            }
            ByteBuf before = first;
            if (!settled && before != null) {
                before.writeBytes(in);
                in.release();
                return;
            }
            if (in.getByte(in.readerIndex()) == 'x') {
                in.release();
                ctx.close();
            } else {
                ctx.write(in, ctx.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (moving) {
                moving = false;
                if (knobs.is("when", "reading")) {
                    ctx.read();
                }
                // Not from within the read, whose end would still touch the channel.
                ctx.executor().execute(() -> move(ctx.channel()));
                return;
            }
            ctx.flush();
            if (settled) {
                knobs.startReading(ctx.channel());
            }
        }

        private void move(Channel channel) {
            long start = System.nanoTime();
            if (knobs.is("how", "off")) {
                channel.config().setAutoRead(false);
            }
            var left = channel.deregister();
            if (knobs.is("how", "blind")) {
                enter(channel, start);
            } else {
                left.addListener(done -> enter(channel, start));
            }
        }

        private void enter(Channel channel, long start) {
            target.register(channel)
                    .addListener(done -> {
                        if (done.isSuccess()) {
                            nanos.add(System.nanoTime() - start);
                            moved.incrementAndGet();
                            resume(channel);
                        } else {
                            System.out.println("register failed: " + done.cause());
                        }
                    });
        }

        private void resume(Channel channel) {
            assert target.inEventLoop();
            settled = true;
            ByteBuf answer = first;
            if (answer != null) {
                first = null;
                channel.writeAndFlush(answer, channel.voidPromise());
            }
            if (knobs.is("how", "off")) {
                channel.config().setAutoRead(!knobs.is("read", "explicit"));
            }
            knobs.startReading(channel);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive.incrementAndGet();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                System.out.println(
                        "exception: " + cause + ' ' + Arrays.toString(cause.getStackTrace()));
            }
            ctx.close();
        }
    }
}
