package dev.weir.backend;

import dev.weir.config.Database;
import io.netty.channel.EventLoop;

/** Opens server connections. */
public interface Opener {
    /** How opening a connection went. Called on its loop. */
    interface Opening {
        void opened(ServerConnection connection);

        void failed(ServerFailure failure);

        /**
         * There is no socket, or it is gone: its permit may be used again. Told in any case, once;
         * the reason, {@link #failed}, may be told after it.
         */
        void closed();
    }

    /** Opens a connection that lives on {@code loop}. */
    void open(ServerTarget target, EventLoop loop, Statements statements, Opening opening);

    /** See {@link CredentialSource#version}. */
    long credentialVersion(Database entry, String user);
}
