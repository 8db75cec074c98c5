package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * The rules for sharing a port. All listeners of Weir allow other processes of the same user to
 * listen on their port, so that a new process can take over from an old one without interruption;
 * whether a process may join others when it starts is decided by {@code so_reuseport} and {@code
 * -R}.
 */
final class PortSharing {
    private PortSharing() {}

    /**
     * Checks that no other process is listening there without permission.
     *
     * @throws IOException if one is
     */
    static void check(Config config, InetSocketAddress at, boolean takesOver) throws IOException {
        if (takesOver || config.get(Settings.SO_REUSEPORT) || at.getPort() == 0) {
            return;
        }
        try (var alone = new ServerSocket()) {
            alone.setReuseAddress(true);
            alone.bind(at);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen on "
                            + at.getHostString()
                            + ':'
                            + at.getPort()
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
