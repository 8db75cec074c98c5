package dev.weir.protocol;

/**
 * What a client must know to cancel a query: the number of the session and its secret.
 * BackendKeyData announces it, and CancelRequest presents it.
 *
 * <p>If several processes share a port, a request may arrive at a process for which it is not
 * meant. The key then says whose it is, in the same place as a key of PgBouncer:
 *
 * <pre>
 *   byte of the key   0        1        2        3     4  5  6  7            8…
 *                     random   peer_id, low and high   random     6 bits, and how often it may
 *                                                                 be passed on, 2 bits
 * </pre>
 */
public record CancelKey(int processId, CancelSecret secret) {
    /** The greatest number of a peer: 14 bits. */
    public static final int PEER_ID_MAX = 16_383;

    /**
     * Returns this key marked with the number of a peer, to be passed on up to the maximum number
     * of times.
     */
    public CancelKey ofPeer(int peerId) {
        if (peerId < 1 || peerId > PEER_ID_MAX) {
            throw new IllegalArgumentException("peer_id: " + peerId + " (expected: 1..16383)");
        }
        int marked = processId & 0x7f0000ff | (peerId & 0xff) << 16 | peerId >> 8 << 8;
        return new CancelKey(marked, secret.withHops(CancelSecret.HOPS_MAX));
    }

    /** The number of the process that made it, if it is one of several processes. */
    public int peerId() {
        return processId >> 16 & 0xff | (processId >> 8 & 0xff) << 8;
    }

    /** Whether it may be passed on again. */
    public boolean mayBePassedOn() {
        return secret.hops() > 0;
    }

    /** Returns the key to send to the next process. */
    public CancelKey passedOn() {
        return new CancelKey(processId, secret.withHops(secret.hops() - 1));
    }
}
