package dev.weir.backend;

import dev.weir.config.Database;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The source of the secrets with which Weir logs in to servers. Implemented by a higher package.
 */
public interface CredentialSource {
    /**
     * Finds what to log in to {@code target} with; it is asked only when the server asks.
     *
     * @param then called once, on {@code loop}, perhaps before this returns
     */
    void find(ServerTarget target, EventLoop loop, Consumer<Credential> then);

    /**
     * The server refused {@code credential}. Whatever was remembered of it is forgotten, and asked
     * for anew.
     *
     * @param then called once, on {@code loop}: with another one that is worth a try, or null
     */
    void refused(
            ServerTarget target,
            Credential credential,
            EventLoop loop,
            Consumer<@Nullable Credential> then);

    /**
     * A number that differs once the credential of {@code user} has changed, so that a login that
     * was refused may succeed. Cheap; any thread.
     */
    long version(Database entry, String user);

    /** Runs a computation of milliseconds off the loops; false if too many are waiting already. */
    boolean compute(Runnable work);
}
