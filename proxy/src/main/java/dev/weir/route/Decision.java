package dev.weir.route;

import dev.weir.error.ProxyError;

/** What to do with a batch: {@link Router} decides, the session carries it out. */
public sealed interface Decision {
    /**
     * The batch goes to a node: the session leases a connection to it, unless it holds one.
     *
     * @param node the place of the node in its topology; negative if no primary is known
     */
    record Go(int node, Reason reason) implements Decision {}

    /**
     * The batch waits for a replica that has replayed what it must see. The session calls the
     * router again after each look at the cluster, and for the last time at this time.
     *
     * @param untilNanos on the clock of the router's {@code nowNanos}
     */
    record Wait(long untilNanos) implements Decision {}

    /** The batch waits for the connection that the session holds; then it is a new one. */
    enum Hold implements Decision {
        /** Until everything that was sent before is answered. */
        UNTIL_ANSWERED,
        /** Until the transaction that runs there is rolled back: it starts again elsewhere. */
        UNTIL_ROLLED_BACK,
        /** Until the transaction that runs there is committed: the rest belongs to another. */
        UNTIL_COMMITTED
    }

    /** Weir answers the batch, a lone Query, without a server. */
    enum Answer implements Decision {
        /** The transaction has begun for the client; a server gets its BEGIN if more follows. */
        BEGIN('T'),
        /** The same, by START TRANSACTION. */
        START_TRANSACTION('T'),
        /** The transaction, which failed before a server knew of it, is over. */
        ROLLBACK('I');

        private final char status;

        Answer(char status) {
            this.status = status;
        }

        /** The command tag for the client. */
        public String tag() {
            return name().replace('_', ' ');
        }

        /** The transaction status for the client. */
        public byte status() {
            return (byte) status;
        }
    }

    /** The batch must not run. */
    enum Refuse implements Decision {
        /** No replica may be read, and {@code no_replica = error}. */
        NO_REPLICA(ProxyError.NO_REPLICA),
        /** Its READ ONLY transaction runs on a replica, where it would have no effect. */
        DENIED(ProxyError.DENIED_ON_REPLICA);

        private final ProxyError error;

        Refuse(ProxyError error) {
            this.error = error;
        }

        public ProxyError error() {
            return error;
        }
    }
}
