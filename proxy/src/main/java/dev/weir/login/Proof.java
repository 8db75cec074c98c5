package dev.weir.login;

import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;

/**
 * The authentication of one client by one method: {@link #start}, then {@link #answer} for every
 * password message until the result is known. A pure exchange of messages; used by one thread at a
 * time.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-START-UP">Start-up</a>
 */
interface Proof {
    /** The state of the exchange after a step. */
    enum Result {
        GOES_ON,
        PASSED,
        FAILED
    }

    /** The kind of thread on which a step may run. */
    enum Place {
        /** On the event loop: it takes microseconds. */
        LOOP,
        /** On a worker: it hashes for milliseconds. */
        HASHING,
        /** On a worker that may block, since an external service is asked. */
        ASKING
    }

    /** Where the next step must run, {@link #start} included. */
    Place place();

    /** Writes the server's first message, if there is one. */
    Result start(ByteBuf out);

    /**
     * Takes the body of a password message and writes the answer.
     *
     * @throws ProtocolViolation if it is malformed
     */
    Result answer(byte[] body, ByteBuf out);
}
