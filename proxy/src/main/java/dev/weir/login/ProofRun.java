package dev.weir.login;

import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.concurrent.Executor;

/**
 * Runs one client's proof: each step on the loop or on a worker, depending on whether it takes
 * microseconds or milliseconds. Used on the client's loop, one step at a time.
 */
final class ProofRun {
    private final Proof proof;
    private final Workers workers;
    private final Executor loop;
    private final Outcome outcome;

    /** Runs the steps that must not run on a loop. */
    interface Workers {
        /** Runs a step on the right thread; false if too many wait there already. */
        boolean submit(Proof.Place place, Runnable step);
    }

    /** Gets the result of a step, on the loop. */
    interface Outcome {
        /**
         * The step is done.
         *
         * @param out what the step wrote; taken over
         */
        void stepped(Proof.Result result, ByteBuf out);

        void refused(Refusal why);

        void broken(RuntimeException why);
    }

    /** One step, which writes to the buffer. */
    private interface Step {
        Proof.Result run(ByteBuf out);
    }

    ProofRun(Proof proof, Workers workers, Executor loop, Outcome outcome) {
        this.proof = proof;
        this.workers = workers;
        this.loop = loop;
        this.outcome = outcome;
    }

    /** Whether the result of the next step comes later, from a worker. */
    boolean needsWorker() {
        return proof.place() != Proof.Place.LOOP;
    }

    /**
     * Takes the first step.
     *
     * @param out may hold what is to be sent before; taken over
     */
    void start(ByteBuf out) {
        step(proof::start, out);
    }

    /**
     * Takes a step with the body of a password message.
     *
     * @param out taken over
     * @throws ProtocolViolation if the body is malformed and the step ran on the loop
     */
    void answer(byte[] body, ByteBuf out) {
        step(into -> proof.answer(body, into), out);
    }

    private void step(Step step, ByteBuf out) {
        if (!needsWorker()) {
            outcome.stepped(run(step, out), out);
        } else if (!workers.submit(proof.place(), () -> work(step, out))) {
            out.release();
            outcome.refused(ProxyError.TOO_MANY_LOGINS.refusal());
        }
    }

    private static Proof.Result run(Step step, ByteBuf out) {
        try {
            return step.run(out);
        } catch (RuntimeException | OutOfDirectMemoryError e) {
            out.release();
            throw e;
        }
    }

    /** Runs on a worker. */
    private void work(Step step, ByteBuf out) {
        try {
            Proof.Result result = run(step, out);
            loop.execute(() -> outcome.stepped(result, out));
        } catch (ProtocolViolation e) {
            loop.execute(() -> outcome.refused(Refusal.of(e)));
        } catch (OutOfDirectMemoryError _) {
            loop.execute(() -> outcome.refused(ProxyError.OUT_OF_BUFFER_MEMORY.refusal()));
        } catch (RuntimeException e) {
            loop.execute(() -> outcome.broken(e));
        }
    }
}
