package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Who may listen on a port together. All listeners of Weir let other processes of the same user
 * listen beside them, so that a new process can take over from an old one with no moment between
 * them; whether one wants company at its start is for {@code so_reuseport} and {@code -R} to say.
 */
final class PortSharing {
    private PortSharing() {}

    /**
     * Looks whether somebody listens there already who should not.
     *
     * @throws IOException if so
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
