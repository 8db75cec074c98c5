package dev.weir.backend;

import dev.weir.config.Database;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Gives the same credential to whoever asks; a refused one is not replaced. */
@NullMarked
public record FixedCredential(Credential credential) implements CredentialSource {
    @Override
    public void find(ServerTarget target, EventLoop loop, Consumer<Credential> then) {
        then.accept(credential);
    }

    @Override
    public void refused(
            ServerTarget target,
            Credential refused,
            EventLoop loop,
            Consumer<@Nullable Credential> then) {
        then.accept(null);
    }

    @Override
    public long version(Database entry, String user) {
        return 0;
    }

    @Override
    public boolean compute(Runnable work) {
        work.run();
        return true;
    }
}
