package dev.weir.protocol;

/**
 * What a client must know to cancel a query: the number of the session and its secret. Announced by
 * BackendKeyData, presented by CancelRequest.
 *
 * <p>Where several processes share a port, a request may arrive at another one than it is meant
 * for. Then a key says whose it is, where PgBouncer's says it:
 *
 * <pre>
 *   byte of the key   0        1        2        3     4  5  6  7            8…
 *                     random   peer_id, low and high   random     6 bits, and how often it may
 *                                                                 be passed on, 2 bits
 * </pre>
 */
public record CancelKey(int processId, CancelSecret secret) {
    /** The most that a peer's number may be: 14 bits. */
    public static final int PEER_ID_MAX = 16_383;

    /** The same key, marked as that of a peer, to be passed on as often as may be. */
    public CancelKey ofPeer(int peerId) {
        if (peerId < 1 || peerId > PEER_ID_MAX) {
            throw new IllegalArgumentException("peer_id: " + peerId + " (expected: 1..16383)");
        }
        int marked = processId & 0x7f0000ff | (peerId & 0xff) << 16 | peerId >> 8 << 8;
        return new CancelKey(marked, secret.withHops(CancelSecret.HOPS_MAX));
    }

    /** The number of the process that made it, if it is one of several. */
    public int peerId() {
        return processId >> 16 & 0xff | (processId >> 8 & 0xff) << 8;
    }

    /** Whether it may be passed on once more. */
    public boolean mayBePassedOn() {
        return secret.hops() > 0;
    }

    /** The key that the next process gets. */
    public CancelKey passedOn() {
        return new CancelKey(processId, secret.withHops(secret.hops() - 1));
    }
}
