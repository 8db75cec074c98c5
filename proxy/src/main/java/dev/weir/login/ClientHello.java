package dev.weir.login;

import dev.weir.backend.ParameterSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is and what it asked for in its startup packet.
 *
 * @param id Weir's number for the connection
 * @param user the name it logged in with
 * @param database the name it asked for
 * @param startup the run-time parameters it asked for, {@code options} included
 * @param protocolMinor 0 or 2
 * @param replication the value of its {@code replication} parameter, if it is one
 * @param replicationStartup the startup parameters to pass on for replication
 * @param address where it comes from, as logs show it
 */
public record ClientHello(
        long id,
        String user,
        String database,
        ParameterSet startup,
        int protocolMinor,
        @Nullable String replication,
        Map<String, String> replicationStartup,
        String address) {}
