package dev.weir.bench.jmh;

import dev.weir.auth.Hashing;
import dev.weir.auth.ServerCredentials;
import dev.weir.auth.Users;
import dev.weir.backend.Cancels;
import dev.weir.backend.Connector;
import dev.weir.backend.ServerConnection;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.error.Refusal;
import dev.weir.net.Chance;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import dev.weir.net.Loops;
import dev.weir.net.Transport;
import dev.weir.pool.ClientShard;
import dev.weir.pool.Lease;
import dev.weir.pool.Pools;
import dev.weir.pool.Waiter;
import dev.weir.tls.TlsPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures leasing a server connection and returning it, on its loop, both without and with waiting
 * clients.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LeaseBenchmark {
    private static final int OPERATIONS = 10_000;
    private static final int WAITING = 1_000;

    private @Nullable ServerSocket server;
    private volatile @Nullable Socket peer;
    private @Nullable Loops loops;
    private @Nullable ClientShard shard;

    @Setup
    public void open() throws IOException, ConfigException, InterruptedException {
        var listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        server = listener;
        Thread.ofVirtual().start(() -> welcome(listener));
        Config config =
                Config.parse(
                        "bench.ini",
                        """
                        [databases]
                        bench = host=127.0.0.1 port=%d user=bench
                        [pgbouncer]
                        auth_type = any
                        default_pool_size = 1
                        """
                                .formatted(listener.getLocalPort()));
        var threads = new Loops(Transport.NIO, 1);
        loops = threads;
        var credentials =
                new ServerCredentials(Users.load(config), new Hashing(1, 1), Clock.system());
        var pools =
                new Pools(
                        config,
                        new Connector(
                                Transport.NIO,
                                credentials,
                                HostNames.start(config, threads),
                                () -> TlsPolicy.NONE),
                        new Cancels(Transport.NIO, () -> TlsPolicy.NONE),
                        threads.all(),
                        _ -> null,
                        Clock.system(),
                        new Chance());
        String database = config.databases().getFirst().name();
        ClientShard entered = Objects.requireNonNull(pools.enter(database, "bench"));
        shard = entered;
        var first = new Leaving(new CountDownLatch(1));
        entered.loop().execute(() -> entered.lease(first));
        if (!first.served.await(10, TimeUnit.SECONDS)) {
            throw new IOException("no server connection within 10 s");
        }
    }

    /** Accepts one client and answers its login. */
    private void welcome(ServerSocket listener) {
        try {
            Socket socket = listener.accept();
            peer = socket; // otherwise the garbage collector would close it
            socket.getInputStream().readNBytes(8);
            ByteBuf out = Unpooled.buffer();
            Answer.login(out);
            socket.getOutputStream().write(out.array(), 0, out.readableBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @TearDown
    public void close() throws IOException {
        Objects.requireNonNull(peer).close();
        Objects.requireNonNull(loops).close();
        Objects.requireNonNull(server).close();
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void idle() throws ExecutionException, InterruptedException {
        ClientShard from = Objects.requireNonNull(shard);
        from.loop().submit(() -> leaseAndReturn(from)).get();
    }

    private static void leaseAndReturn(ClientShard from) {
        var waiter = new Leaving(new CountDownLatch(0));
        for (int i = 0; i < OPERATIONS; i++) {
            from.lease(waiter);
        }
    }

    /**
     * Each return serves the one of 1,000 waiters that has waited longest, which then waits again.
     */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public void contended() throws ExecutionException, InterruptedException {
        ClientShard from = Objects.requireNonNull(shard);
        from.loop().submit(() -> passAround(from)).get();
    }

    private static void passAround(ClientShard from) {
        var keeping = new Keeping();
        from.lease(keeping);
        for (int i = 0; i < WAITING; i++) {
            from.lease(keeping);
        }
        for (int i = 0; i < OPERATIONS - WAITING; i++) {
            from.lease(keeping);
            keeping.giveBack();
        }
        for (int i = 0; i <= WAITING; i++) {
            keeping.giveBack();
        }
    }

    /** Keeps the lease until told to give it back. */
    private static final class Keeping extends Listening implements Waiter {
        private @Nullable Lease lease;

        void giveBack() {
            Objects.requireNonNull(lease).close();
        }

        @Override
        public boolean accepts(ServerConnection connection) {
            return true;
        }

        @Override
        public void leased(Lease granted) {
            granted.server().holder(this);
            lease = granted;
        }

        @Override
        public void refused(Refusal why) {
            throw new IllegalStateException(why.text());
        }
    }

    /** Gives the lease back at once. */
    private static final class Leaving extends Listening implements Waiter {
        private final CountDownLatch served;

        Leaving(CountDownLatch served) {
            this.served = served;
        }

        @Override
        public boolean accepts(ServerConnection connection) {
            return true;
        }

        @Override
        public void leased(Lease granted) {
            granted.server().holder(this);
            granted.close();
            served.countDown();
        }

        @Override
        public void refused(Refusal why) {
            throw new IllegalStateException(why.text());
        }
    }
}
