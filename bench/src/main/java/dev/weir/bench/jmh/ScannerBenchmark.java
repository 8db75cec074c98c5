package dev.weir.bench.jmh;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerInput;
import dev.weir.backend.ServerTarget;
import dev.weir.backend.Statements;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.SocketSettings;
import dev.weir.exchange.Request;
import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the scanning of what a server sends: headers, ledger, and one run handed to the holder.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ScannerBenchmark {
    @Param({"1", "1000"})
    public int rows;

    private final ByteBuf answer = Unpooled.directBuffer();
    private @Nullable ServerConnection server;
    private @Nullable ServerInput input;
    private @Nullable ChannelHandlerContext context;

    @Setup
    public void open() throws ReflectiveOperationException, ConfigException {
        Answer.rows(answer, rows);
        var channel = new EmbeddedChannel();
        // Only a login creates server connections, and there is none here.
        Constructor<ServerConnection> constructor =
                ServerConnection.class.getDeclaredConstructor(
                        Channel.class,
                        ServerTarget.class,
                        CancelKey.class,
                        ParameterSet.class,
                        Statements.class);
        constructor.setAccessible(true);
        ServerConnection made =
                constructor.newInstance(
                        channel,
                        target(),
                        null,
                        ParameterSet.EMPTY,
                        new Statements(channel.eventLoop()));
        var handler = new ServerInput(made);
        channel.pipeline().addLast(handler);
        made.holder(new Listening());
        server = made;
        context = channel.pipeline().context(handler);
        input = handler;
    }

    private static ServerTarget target() throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        "[databases]\na = host=127.0.0.1\n[pgbouncer]\nlisten_addr = *\n");
        Database database = config.databases().getFirst();
        return new ServerTarget(
                database,
                database.hosts().getFirst(),
                "postgres",
                Map.of(),
                Duration.ofSeconds(1),
                null,
                new ServerTarget.LoginRules(false, 1, null),
                SocketSettings.of(config));
    }

    @Benchmark
    public int answer() {
        ServerConnection to = Objects.requireNonNull(server);
        ChannelHandlerContext from = Objects.requireNonNull(context);
        to.ledger().sent(Request.QUERY);
        ServerInput by = Objects.requireNonNull(input);
        by.channelRead(from, answer.retain());
        by.channelReadComplete(from);
        return to.ledger().outstanding();
    }
}
