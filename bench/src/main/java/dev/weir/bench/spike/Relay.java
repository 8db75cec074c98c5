package dev.weir.bench.spike;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The smallest possible transaction pooler: it scans headers, leases a server connection for each
 * transaction, forwards, and takes the connection back at ReadyForQuery. Clients are admitted
 * without a password, and it assumes that no transaction block is left open.
 */
final class Relay {
    private static final int SSL_REQUEST = 80_877_103;

    private final Knobs knobs;
    private final List<Shard> shards = new ArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    private Relay(Knobs knobs) {
        this.knobs = knobs;
    }

    public static void main(String[] args) throws Exception {
        var relay = new Relay(new Knobs(args));
        relay.start();
    }

    private void start() throws InterruptedException {
        EventLoopGroup group = knobs.group(knobs.number("loops", 1));
        for (EventExecutor executor : group) {
            shards.add(new Shard((EventLoop) executor));
        }
        int pool = knobs.number("pool", 20);
        var opened = new CountDownLatch(pool);
        for (int i = 0; i < pool; i++) {
            Shard shard = shards.get(i % shards.size());
            knobs.connector()
                    .group(shard.loop)
                    .handler(new Server(shard, opened))
                    .connect("127.0.0.1", knobs.number("server", 5432))
                    .sync();
        }
        opened.await();
        knobs.listener(group, group)
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new Client(shardFor(channel)));
                            }
                        })
                .bind("127.0.0.1", knobs.number("port", 6432))
                .sync();
        System.out.println("ready pid=" + ProcessHandle.current().pid());
    }

    private Shard shardFor(Channel channel) {
        int own = 0;
        while (shards.get(own).loop != channel.eventLoop()) {
            own++;
        }
        accepted.incrementAndGet();
        return shards.get(knobs.is("place", "cross") ? (own + 1) % shards.size() : own);
    }

    private ChannelPromise promise(Channel channel) {
        return knobs.is("write", "new") ? channel.newPromise() : channel.voidPromise();
    }

    /** The idle servers and the waiting clients of one loop. */
    private static final class Shard {
        private final EventLoop loop;
        private final ArrayDeque<Server> idle = new ArrayDeque<>();
        private final ArrayDeque<Client> waiting = new ArrayDeque<>();

        Shard(EventLoop loop) {
            this.loop = loop;
        }

        void lease(Client client) {
            Server server = idle.pollLast();
            if (server == null) {
                waiting.add(client);
            } else {
                server.serve(client);
            }
        }

        void free(Server server) {
            Client next = waiting.poll();
            if (next == null) {
                idle.addLast(server);
            } else {
                server.serve(next);
            }
        }
    }

    /** One client. It lives on its channel's loop; its server may live on another. */
    private final class Client extends ChannelInboundHandlerAdapter {
        private final Shard shard;
        private @Nullable Channel channel;
        private boolean started;

        // Confined to the shard's loop.
        private @Nullable Server server;
        private @Nullable ByteBuf held;

        Client(Shard shard) {
            this.shard = shard;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
            knobs.startReading(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (!started) {
                greet(ctx, in);
            } else if (shard.loop == ctx.channel().eventLoop()) {
                forward(in);
            } else {
                shard.loop.execute(() -> forward(in));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            knobs.startReading(ctx.channel());
        }

        private void greet(ChannelHandlerContext ctx, ByteBuf in) {
            boolean tls = in.getInt(in.readerIndex() + 4) == SSL_REQUEST;
            in.release();
            ByteBuf out = ctx.alloc().buffer();
            if (tls) {
                out.writeByte('N');
            } else {
                started = true;
                NullServer.welcome(out);
            }
            ctx.writeAndFlush(out, ctx.voidPromise());
        }

        private void forward(ByteBuf in) {
            if (in.getByte(in.readerIndex()) == 'X') {
                in.release();
                Channel mine = channel;
                if (mine != null) {
                    mine.close();
                }
                return;
            }
            Server mine = server;
            if (mine != null) {
                mine.send(in);
                return;
            }
            ByteBuf before = held;
            held = before == null ? in : before.writeBytes(in);
            if (before == null) {
                shard.lease(this);
            } else {
                in.release();
            }
        }

        void leased(Server leased) {
            server = leased;
            ByteBuf waiting = held;
            held = null;
            if (waiting != null) {
                leased.send(waiting);
            }
        }

        void answer(ByteBuf run) {
            Channel mine = channel;
            if (mine != null) {
                mine.write(run, promise(mine));
            }
        }

        void flush() {
            Channel mine = channel;
            if (mine != null) {
                mine.flush();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** One connection to PostgreSQL, on its shard's loop. */
    private final class Server extends ChannelInboundHandlerAdapter {
        private static final int HEADER_BYTES = 5;

        private final Shard shard;
        private final CountDownLatch opened;
        private @Nullable Channel channel;
        private @Nullable Client client;
        private @Nullable ByteBuf partial;
        private boolean loggedIn;
        private long remaining;
        private long remainingSent;
        private int owed;
        private boolean ready;

        Server(Shard shard, CountDownLatch opened) {
            this.shard = shard;
            this.opened = opened;
        }

        void serve(Client next) {
            client = next;
            next.leased(this);
        }

        /**
         * Forwards what a client sent, and counts the messages that a ReadyForQuery must answer.
         */
        void send(ByteBuf in) {
            int at = in.readerIndex();
            int end = in.writerIndex();
            while (at < end) {
                if (remainingSent > 0) {
                    int here = (int) Math.min(remainingSent, end - at);
                    remainingSent -= here;
                    at += here;
                } else {
                    byte tag = in.getByte(at); // here a header never arrives in parts
                    owed += tag == 'Q' || tag == 'S' ? 1 : 0;
                    remainingSent = 1L + in.getInt(at + 1);
                }
            }
            Channel mine = channel;
            if (mine != null) {
                mine.writeAndFlush(in, promise(mine));
            }
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
            ByteBuf out = ctx.alloc().buffer();
            byte[] parameters =
                    "user\0postgres\0database\0postgres\0\0".getBytes(StandardCharsets.US_ASCII);
            out.writeInt(8 + parameters.length).writeInt(0x30000).writeBytes(parameters);
            owed = 1;
            ctx.writeAndFlush(out, ctx.voidPromise());
            knobs.startReading(ctx.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            ByteBuf before = partial;
            if (before != null) {
                before.writeBytes(in);
                in.release();
                in = before;
                partial = null;
            }
            int at = in.readerIndex();
            int end = in.writerIndex();
            while (at < end) {
                if (remaining > 0) {
                    int here = (int) Math.min(remaining, end - at);
                    remaining -= here;
                    at += here;
                } else if (end - at < HEADER_BYTES + 1) {
                    partial = ctx.alloc().buffer().writeBytes(in, at, end - at);
                    break;
                } else {
                    byte tag = in.getByte(at);
                    remaining = 1L + in.getInt(at + 1);
                    if (tag == 'Z' && --owed == 0) {
                        ready = in.getByte(at + HEADER_BYTES) == 'I';
                    }
                }
            }
            in.writerIndex(at);
            Client to = client;
            if (to == null) {
                in.release();
            } else {
                to.answer(in);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            Client to = client;
            if (to != null) {
                to.flush();
            }
            if (ready && remaining == 0) {
                ready = false;
                client = null;
                if (to != null) {
                    to.server = null;
                }
                if (!loggedIn) {
                    loggedIn = true;
                    opened.countDown();
                }
                shard.free(this);
            }
            knobs.startReading(ctx.channel());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            System.out.println("server: " + cause);
            ctx.close();
        }
    }
}
