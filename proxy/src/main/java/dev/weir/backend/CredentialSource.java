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
     * Finds the credential for a login to {@code target}; called only when the server asks for one.
     *
     * @param then called once, on {@code loop}, perhaps before this returns
     */
    void find(ServerTarget target, EventLoop loop, Consumer<Credential> then);

    /**
     * The server refused {@code credential}. Forgets it, if it was cached, and looks for another.
     *
     * @param then called once, on {@code loop}, with another credential that is worth a try, or
     *     null
     */
    void refused(
            ServerTarget target,
            Credential credential,
            EventLoop loop,
            Consumer<@Nullable Credential> then);

    /**
     * A number that changes with the credential of {@code user}: then a login that was refused may
     * succeed. Cheap; may be called by any thread.
     */
    long version(Database entry, String user);

    /** Runs a computation that takes milliseconds off the loops; false if too many already wait. */
    boolean compute(Runnable work);
}
