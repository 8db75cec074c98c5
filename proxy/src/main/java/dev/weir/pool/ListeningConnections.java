package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.error.EndReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The connections of one {@link NodeShard} on which clients listen together. Confined to it. */
final class ListeningConnections {
    private final Set<ListeningConnection> all = new LinkedHashSet<>();

    void opened(ListeningConnection connection) {
        all.add(connection);
    }

    void closed(ListeningConnection connection) {
        all.remove(connection);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    /** Replaces them, since they are to go to another server now. */
    void renew(String reason) {
        List.copyOf(all).forEach(each -> each.renew(reason));
    }

    /** Replaces those to addresses that a host no longer has. */
    void renew(String host, Set<InetAddress> addresses) {
        for (ListeningConnection each : List.copyOf(all)) {
            ServerConnection server = each.server();
            if (server != null && isAt(server, host, addresses)) {
                each.renew(EndReason.ADDRESS_CHANGED.words());
            }
        }
    }

    /** Whether a connection goes to one of these addresses of the host. */
    static boolean isAt(ServerConnection server, String host, Set<InetAddress> addresses) {
        return server.target().address().host().equals(host)
                && server.socket().remote() instanceof InetSocketAddress inet
                && addresses.contains(inet.getAddress());
    }

    void shut(String reason) {
        List.copyOf(all).forEach(each -> each.shut(reason));
    }

    List<LeaseSnapshot> snapshots(PoolKey key) {
        var shown = new ArrayList<LeaseSnapshot>();
        for (ListeningConnection each : all) {
            LeaseSnapshot snapshot = each.snapshot(key);
            if (snapshot != null) {
                shown.add(snapshot);
            }
        }
        return shown;
    }
}
