package dev.weir.net;

import dev.weir.config.Config;
import io.netty.channel.EventLoop;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;

/** Host names of a network that has none. */
@NullMarked
public final class NoNames {
    private NoNames() {}

    public static HostNames of(Config config, EventLoop home) {
        return new HostNames(
                config,
                home,
                host -> CompletableFuture.failedFuture(new UnknownHostException(host)));
    }
}
