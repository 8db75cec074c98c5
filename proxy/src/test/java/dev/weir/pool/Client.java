package dev.weir.pool;

import dev.weir.backend.ServerConnection;
import dev.weir.backend.ServerEvents;
import dev.weir.backend.ServerFailure;
import dev.weir.error.Refusal;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A client as a pool sees it: it wants a connection, and notes what it is told. */
@NullMarked
final class Client implements Waiter, ServerEvents {
    private final PoolRig rig;
    private final ClientShard shard;
    private @Nullable Lease lease;
    private @Nullable Refusal refusal;
    private @Nullable Map<String, String> dedicated;
    private boolean picky;
    private boolean wholeSession;
    private int notices;
    private int leases;

    Client(PoolRig rig, ClientShard shard) {
        this.rig = rig;
        this.shard = shard;
    }

    ClientShard shard() {
        return shard;
    }

    /** From now on, no connection of others will do. */
    Client acceptsNone() {
        picky = true;
        return this;
    }

    Client isSession() {
        wholeSession = true;
        return this;
    }

    /** Wants a connection of its own. */
    Client replicates() {
        dedicated = Map.of("replication", "true");
        return this;
    }

    /** Asks for a connection to the primary. */
    Client asks() {
        return asks(ClientShard.PRIMARY);
    }

    Client asks(int node) {
        shard.lease(this, node);
        rig.run();
        return this;
    }

    /** Gives its connection back. */
    void returns() {
        Lease held = Objects.requireNonNull(lease);
        lease = null;
        held.close();
        rig.run();
    }

    /** Goes, and leaves its connection as it is. */
    void abandons() {
        abandons(Duration.ZERO);
    }

    /** The same, where a query may take only so long. */
    void abandons(Duration queryMax) {
        Lease held = Objects.requireNonNull(lease);
        lease = null;
        held.abandon(queryMax);
        rig.run();
    }

    void forgets() {
        shard.forget(this);
        rig.run();
    }

    /** Ends. */
    void leaves() {
        shard.pool().leave(shard);
    }

    boolean isServed() {
        return lease != null;
    }

    int leases() {
        return leases;
    }

    Lease lease() {
        return Objects.requireNonNull(lease);
    }

    ServerConnection server() {
        return lease().server();
    }

    @Nullable Refusal refusal() {
        return refusal;
    }

    /** Whether it neither has a connection nor was refused one. */
    boolean waits() {
        return lease == null && refusal == null;
    }

    /** How often it was told that it still waits. */
    int notices() {
        return notices;
    }

    // --- Waiter -------------------------------------------------------------------------------

    @Override
    public boolean accepts(ServerConnection connection) {
        return !picky;
    }

    @Override
    public void leased(Lease granted) {
        leases++;
        lease = granted;
        granted.serves(leases);
        granted.server().holder(this);
    }

    @Override
    public void refused(Refusal why) {
        refusal = why;
    }

    @Override
    public void stillWaits() {
        notices++;
    }

    @Override
    public boolean isWholeSession() {
        return wholeSession;
    }

    @Override
    public @Nullable Map<String, String> dedicated() {
        return dedicated;
    }

    // --- ServerEvents -------------------------------------------------------------------------

    @Override
    public void serverBytes(ByteBuf run) {
        run.release();
    }

    @Override
    public void serverTurnEnd() {}

    @Override
    public boolean parameterChanged(String name, String value, boolean injected) {
        return false;
    }

    @Override
    public void serverWritabilityChanged(boolean writable) {}

    @Override
    public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {
        Lease held = lease;
        if (held != null) {
            lease = null;
            held.discard("lost");
        }
    }
}
