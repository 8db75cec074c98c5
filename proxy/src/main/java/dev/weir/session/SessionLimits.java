package dev.weir.session;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import java.time.Duration;

/**
 * The limits of every session, for all clients. Zero means no limit.
 *
 * @param write how long a client may leave its answers unread
 * @param login how long a client may wait for a server to welcome it
 * @param fastClose whether a session ends if its server connection is to be replaced
 */
record SessionLimits(Duration write, Duration login, boolean fastClose) {
    static SessionLimits of(Config config) {
        return new SessionLimits(
                config.get(Settings.CLIENT_WRITE_TIMEOUT),
                config.get(Settings.CLIENT_LOGIN_TIMEOUT),
                config.get(Settings.SERVER_FAST_CLOSE));
    }
}
