package dev.weir.backend;

import dev.weir.config.Database;
import io.netty.channel.EventLoop;

/** Opens server connections. */
public interface Opener {
    /** Told the result of opening a connection. Called on its loop. */
    interface Opening {
        void opened(ServerConnection connection);

        void failed(ServerFailure failure);

        /**
         * There is no socket, or it is gone: its permit may be used again. Always called once;
         * {@link #failed} may be called after it.
         */
        void closed();
    }

    /** Opens a connection that lives on {@code loop}. */
    void open(ServerTarget target, EventLoop loop, Statements statements, Opening opening);

    /** See {@link CredentialSource#version}. */
    long credentialVersion(Database entry, String user);
}
