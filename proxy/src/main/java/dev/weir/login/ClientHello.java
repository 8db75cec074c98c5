package dev.weir.login;

import dev.weir.backend.ParameterSet;
import dev.weir.log.ConnectionName;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Origin;
import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a client, and what it asked for in its startup packet.
 *
 * @param id Weir's number for the connection
 * @param user the name it logged in with
 * @param database the name it asked for, or of the entry that serves it (sni)
 * @param startup the run-time parameters it asked for, {@code options} included
 * @param protocolMinor 0 or 2
 * @param replication the value of its {@code replication} parameter, if it is one
 * @param replicationStartup the startup parameters to pass on for replication; else empty
 * @param origin where it comes from
 */
public record ClientHello(
        long id,
        String user,
        String database,
        ParameterSet startup,
        int protocolMinor,
        @Nullable String replication,
        Map<String, String> replicationStartup,
        Origin origin)
        implements ClientIdentity {

    @Override
    public @Nullable String applicationName() {
        return startup.get("application_name");
    }

    /** The same client, served by an entry with a name other than the one it asked for. */
    ClientHello servedBy(String entry) {
        return entry.equals(database)
                ? this
                : new ClientHello(
                        id,
                        user,
                        entry,
                        startup,
                        protocolMinor,
                        replication,
                        replicationStartup,
                        origin);
    }

    /**
     * The same client, with existing strings in place of equal ones of its own: an idle client
     * costs no copies of its names.
     */
    public ClientHello sharing(String otherUser, String otherDatabase) {
        return new ClientHello(
                id,
                otherUser.equals(user) ? otherUser : user,
                otherDatabase.equals(database) ? otherDatabase : database,
                startup,
                protocolMinor,
                replication,
                replicationStartup,
                origin);
    }

    /** Where it comes from, as logs show it. */
    public String address() {
        return origin.shown();
    }

    /** Its address, regardless of any proxy in between; null once a Unix socket is closed. */
    public @Nullable SocketAddress peer(Channel channel) {
        SocketAddress real = origin.address();
        return real == null ? channel.remoteAddress() : real;
    }

    /** The beginning of its lines in the log. */
    public String logName() {
        return ConnectionName.client(id, database, user, origin.shown());
    }

    /** Whether it wants physical replication, which has no database. */
    boolean isPhysicalReplication() {
        return replication != null && !replication.equals("database");
    }
}
