package dev.weir.backend;

import dev.weir.config.Database;
import dev.weir.config.ServerAddress;
import dev.weir.config.SocketSettings;
import dev.weir.protocol.ProtocolViolation;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The target of a server connection.
 *
 * @param entry the entry of {@code [databases]} that it belongs to; two entries may name the same
 *     database and user on different hosts
 * @param parameters sent in the startup packet besides user and database
 * @param connectQuery run once before the first client; its errors are logged
 */
public record ServerTarget(
        Database entry,
        ServerAddress address,
        String user,
        Map<String, String> parameters,
        Duration connectTimeout,
        @Nullable String connectQuery,
        LoginRules rules,
        SocketSettings sockets) {

    /**
     * What a server may ask of Weir at a login, and may say of itself.
     *
     * @param allowCleartext whether the password may be sent over the network unencrypted
     * @param scramIterationsMax the largest SCRAM iteration count that is computed
     * @param node which node of a cluster it must be; null if any server will do
     */
    public record LoginRules(
            boolean allowCleartext, int scramIterationsMax, @Nullable NodeCheck node) {}

    /**
     * Checks that the server does not report more parameters than Weir remembers.
     *
     * @throws ProtocolViolation if it does
     */
    void checkReported(int parameters) {
        if (parameters > sockets.parametersMax()) {
            throw new ProtocolViolation(
                    "more than %d parameters reported (max_server_parameters)"
                            .formatted(sockets.parametersMax()));
        }
    }

    /** The name of the database on the server. */
    public String database() {
        return entry.dbname();
    }
}
