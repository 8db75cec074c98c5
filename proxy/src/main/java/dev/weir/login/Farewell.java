package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.error.Refusal;
import dev.weir.net.Buffers;
import dev.weir.net.LastBytes;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/** The last message to a client: why it cannot be served. Then its connection is closed. */
public final class Farewell {
    private Farewell() {}

    /**
     * Sends away a client that has logged in.
     *
     * @param early what the client has already sent, which is released; or null
     */
    public static void say(
            Config config,
            Channel channel,
            ClientHello hello,
            @Nullable ByteBuf early,
            Refusal why) {
        if (early != null) {
            early.release();
        }
        ClientLog.error(config, hello.logName(), why);
        say(channel, why);
    }

    /** Sends away a client whose refusal has been logged already. */
    public static void say(Channel channel, Refusal why) {
        channel.write(Buffers.filled(channel.alloc(), 256, why::writeTo));
        LastBytes.close(channel, LastBytes.LINGER_MAX);
    }
}
