package dev.weir.bench.jmh;

import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Holds a server connection and discards everything that it receives. */
class Listening implements ServerEvents {
    int bytes;

    @Override
    public void serverBytes(ByteBuf run) {
        bytes += run.readableBytes();
        run.release();
    }

    @Override
    public void serverTurnEnd() {}

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {}

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {}
}
