package dev.weir.pool;

/** What one shard counts. Owned by its loop; copies may travel. */
public final class PoolCounters {
    // since the start
    public long leases;
    public long waitNanos;
    public long transactions;
    public long queries;
    public long bytesReceived;
    public long bytesSent;
    public long transactionNanos;
    public long queryNanos;
    public long clientParses;
    public long serverParses;
    public long binds;
    public long logins;

    // now
    public int waiting;
    public long waitNanosMax;
    public int serversIdle;
    public int serversActive;
    public int serversTested;
    public int serversCancelHeld;
    public int serversDraining;
    public int serversOpening;
    public int statements;

    PoolCounters copy() {
        var copy = new PoolCounters();
        copy.add(this);
        return copy;
    }

    /** Adds another shard's. */
    public void add(PoolCounters other) {
        leases += other.leases;
        waitNanos += other.waitNanos;
        transactions += other.transactions;
        queries += other.queries;
        bytesReceived += other.bytesReceived;
        bytesSent += other.bytesSent;
        transactionNanos += other.transactionNanos;
        queryNanos += other.queryNanos;
        clientParses += other.clientParses;
        serverParses += other.serverParses;
        binds += other.binds;
        logins += other.logins;
        waiting += other.waiting;
        waitNanosMax = Math.max(waitNanosMax, other.waitNanosMax);
        serversIdle += other.serversIdle;
        serversActive += other.serversActive;
        serversTested += other.serversTested;
        serversCancelHeld += other.serversCancelHeld;
        serversDraining += other.serversDraining;
        serversOpening += other.serversOpening;
        statements += other.statements;
    }
}
