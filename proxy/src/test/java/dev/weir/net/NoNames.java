package dev.weir.net;

import dev.weir.config.Config;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/** Host names of a network that has none, or only those that a test makes up. */
@NullMarked
public final class NoNames {
    private NoNames() {}

    public static HostNames of(Config config, EventLoop home) {
        return but(
                config,
                home,
                host -> CompletableFuture.failedFuture(new UnknownHostException(host)));
    }

    /** Only those that {@code known} finds. */
    public static HostNames but(
            Config config,
            EventLoop home,
            Function<String, CompletableFuture<List<InetAddress>>> known) {
        return new HostNames(config, home, known::apply);
    }
}
