package dev.weir.admin;

import dev.weir.config.Config;
import dev.weir.config.Peer;
import dev.weir.config.Settings;
import dev.weir.login.Peers;
import dev.weir.protocol.BackendMessages.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the console shows of the other processes to which cancel requests may be forwarded. */
final class PeerReports {
    private static final List<Column> PEERS =
            Table.columns("peer_id int4, host, port int4, pool_size int4");

    private static final List<Column> PEER_POOLS =
            Table.columns(
                    "peer_id int4, cl_active_cancel_req int4, cl_waiting_cancel_req int4,"
                            + " sv_active_cancel int4, sv_login int4");

    private PeerReports() {}

    static CompletableFuture<Table> peers(Sources from) {
        Config config = from.control().config();
        var rows = new ArrayList<Row>();
        for (Peer peer : config.peers()) {
            Integer size = peer.poolSize();
            rows.add(
                    Row.of(
                            peer.id(),
                            peer.address().host(),
                            peer.address().port(),
                            size == null ? config.get(Settings.DEFAULT_POOL_SIZE) : size));
        }
        return CompletableFuture.completedFuture(new Table(PEERS, rows));
    }

    static CompletableFuture<Table> pools(Sources from) {
        var rows = new ArrayList<Row>();
        for (Peers.Load load : from.control().peers().loads()) {
            rows.add(Row.of(load.peerId(), load.active(), load.waiting(), load.active(), 0));
        }
        return CompletableFuture.completedFuture(new Table(PEER_POOLS, rows));
    }
}
