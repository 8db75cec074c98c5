package dev.weir.login;

import dev.weir.auth.Demand;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.pool.Permits;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's login, from its startup packet until it has a service: {@link Admission} decides,
 * this carries out. Knows the client's connection as a {@link Client} only. Used on its loop.
 */
final class Login {
    /*
     *   STARTUP ──▶ WAITING ⇄ PROVING
     *      │           │         │
     *      └───────────┴─────────┴──▶ DONE
     *
     * WAITING is not for the client, but for the user's lookup or for a worker that hashes.
     */
    private enum State {
        STARTUP,
        WAITING,
        PROVING,
        DONE;

        boolean mayBecome(State next) {
            return switch (this) {
                case STARTUP -> next == WAITING || next == DONE;
                case WAITING -> next == PROVING || next == DONE;
                case PROVING -> next == WAITING || next == DONE;
                case DONE -> false;
            };
        }
    }

    /** The connection of the client that logs in. */
    interface Client {
        EventExecutor loop();

        TlsFacts tls();

        ByteBuf buffer();

        /** Sends {@code out} now; takes it over. */
        void send(ByteBuf out);

        /** Takes the next messages, which may be here already. */
        void takeMessages();

        /** Has {@code task} run when the connection is closed. */
        void whenClosed(Runnable task);

        /** The client is not let in: tells it why, and closes. */
        void dismiss(Refusal why);

        /**
         * The client is let in: hands it to its service.
         *
         * @param out sent with what the service says first; taken over
         */
        void enter(Service service, ClientHello hello, ByteBuf out);

        /** A step of the proof has thrown an unexpected exception. */
        void broken(RuntimeException why);
    }

    private final Admission admission;
    private final ProofRun.Workers workers;
    private final Client client;
    private final long id;
    private final long startedNanos;
    private State state = State.STARTUP;
    private long askedNanos;
    private @Nullable ClientHello hello;
    private @Nullable Demand demand;
    private @Nullable ProofRun proof;

    /** Ends the login if the lookup of its user takes too long; null if there is none. */
    private @Nullable Future<?> lookupLimit;

    private boolean isLookedUp;

    /**
     * @param id Weir's number for the connection
     * @param startedNanos when the connection began, on the clock of {@link Clock#nanoTime}
     */
    Login(
            Admission admission,
            ProofRun.Workers workers,
            Client client,
            long id,
            long startedNanos) {
        this.admission = admission;
        this.workers = workers;
        this.client = client;
        this.id = id;
        this.startedNanos = startedNanos;
    }

    private void become(State next) {
        assert state.mayBecome(next) : state + " -> " + next;
        state = next;
    }

    /** Whether the startup packet is what the client has to send next. */
    boolean awaitsStartup() {
        return state == State.STARTUP;
    }

    /** Whether a password message is what the client has to send next. */
    boolean awaitsPassword() {
        return state == State.PROVING;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** The client's identity; null before its startup packet was accepted. */
    @Nullable ClientHello hello() {
        return hello;
    }

    // --- startup packet -----------------------------------------------------------------------

    void greet(Origin origin, StartupMessage message) {
        askedNanos = admission.clock().nanoTime();
        switch (admission.greet(id, origin, client.tls(), message)) {
            case Verdict.Granted(ClientHello read) -> {
                hello = read;
                ClientLog.attempt(admission.config(), read);
                admit(read, message);
            }
            case Verdict.Refused(Refusal why) -> refuse(why);
        }
    }

    private void admit(ClientHello read, StartupMessage message) {
        switch (admission.admit(read)) {
            case Verdict.Granted(Terms terms) -> {
                become(State.WAITING);
                switch (terms) {
                    case Terms.Trusted _ -> begin(Proofs.none(), message);
                    case Terms.Prove(Demand asked) -> {
                        demand = asked;
                        prove(read, asked, message);
                    }
                    case Terms.Disproved(Demand asked) -> {
                        demand = asked;
                        fail(read);
                    }
                }
            }
            case Verdict.Refused(Refusal why) -> refuse(why);
        }
    }

    // --- proof --------------------------------------------------------------------------------

    private void prove(ClientHello read, Demand asked, StartupMessage message) {
        isLookedUp = true;
        limitLookup(read);
        admission.proof(
                asked,
                read,
                client.tls(),
                client.loop(),
                verdict -> {
                    lookedUp();
                    if (state == State.WAITING) {
                        switch (verdict) {
                            case Verdict.Granted(Proof begun) -> begin(begun, message);
                            case Verdict.Refused(Refusal why) -> refuse(why);
                        }
                    }
                });
    }

    /** A login whose auth_query waits for a server waits as a query does, and no longer. */
    private void limitLookup(ClientHello read) {
        Admission.Limit limit = admission.lookupLimit(read);
        if (limit != null) {
            Runnable late = () -> refuse(limit.why());
            lookupLimit = client.loop().schedule(late, limit.nanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void lookedUp() {
        isLookedUp = false;
        Future<?> limit = lookupLimit;
        if (limit != null) {
            lookupLimit = null;
            limit.cancel(false);
        }
    }

    /** It has taken too long: whom did it wait for? */
    void late() {
        refuse(
                (isLookedUp ? ProxyError.LOGIN_TIMEOUT_SERVER_DOWN : ProxyError.LOGIN_TIMEOUT)
                        .refusal());
    }

    private void begin(Proof begun, StartupMessage message) {
        var run = new ProofRun(begun, workers, client.loop(), new Steps());
        proof = run;
        ByteBuf out = client.buffer();
        Greeting.negotiate(message, out);
        run.start(out);
    }

    /** Takes the body of a password message. */
    void password(byte[] body) {
        ProofRun run = Objects.requireNonNull(proof);
        if (run.needsWorker()) {
            become(State.WAITING);
        }
        run.answer(body, client.buffer());
    }

    /** The results of the steps of the proof. */
    private final class Steps implements ProofRun.Outcome {
        @Override
        public void stepped(Proof.Result result, ByteBuf out) {
            if (state == State.DONE) {
                out.release();
                return;
            }
            boolean hasWaited = state == State.WAITING;
            if (hasWaited) {
                become(State.PROVING);
            }
            decide(result, out);
            if (hasWaited) {
                client.takeMessages();
            }
        }

        @Override
        public void refused(Refusal why) {
            refuse(why);
        }

        @Override
        public void broken(RuntimeException why) {
            client.broken(why);
        }
    }

    private void decide(Proof.Result result, ByteBuf out) {
        ClientHello proved = Objects.requireNonNull(hello);
        switch (result) {
            case GOES_ON -> client.send(out);
            case FAILED -> {
                out.release();
                become(State.WAITING);
                fail(proved);
            }
            case PASSED -> enter(proved, out);
        }
    }

    /** Whatever was wrong, the client gets the same error, at the same time after it connected. */
    private void fail(ClientHello disproved) {
        Admission.Failure failure = admission.failed(Objects.requireNonNull(demand), disproved);
        long wait = failure.delayNanos() - (admission.clock().nanoTime() - askedNanos);
        client.loop()
                .schedule(() -> refuse(failure.why()), Math.max(0, wait), TimeUnit.NANOSECONDS);
    }

    // --- the end ------------------------------------------------------------------------------

    private void enter(ClientHello proved, ByteBuf out) {
        BackendMessages.authenticationOk(out);
        switch (admission.enter(proved, client.tls(), startedNanos)) {
            case Verdict.Granted(Admission.Entered entered) -> {
                Permits place = entered.place();
                if (place != null) {
                    client.whenClosed(place::free);
                }
                end();
                client.enter(entered.service(), proved, out);
            }
            case Verdict.Refused(Refusal why) -> {
                client.send(out);
                refuse(why);
            }
        }
    }

    /** Refuses the client, unless it is already decided. */
    void refuse(Refusal why) {
        if (state != State.DONE) {
            end();
            client.dismiss(why);
        }
    }

    /** The login is over, successful or not. May be called more than once. */
    void end() {
        if (state != State.DONE) {
            become(State.DONE);
            lookedUp();
        }
    }
}
