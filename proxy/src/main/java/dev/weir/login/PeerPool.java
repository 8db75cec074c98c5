package dev.weir.login;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The cancel requests for one peer: a limited number is sent at a time, and the others wait, first
 * come, first served. Used by all loops.
 */
final class PeerPool {
    /** If more wait, the newest are not sent: clients cancel again, and floods must not wait. */
    static final int WAITING_MAX = 1_000;

    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private int active;

    /** A request, which ends only once. */
    private record Request(EventLoop loop, Consumer<Runnable> send, Runnable done) {}

    /**
     * Sends a request as soon as there is a free place.
     *
     * @param size the number of places; 0 = unlimited
     * @param loop where {@code send} and {@code done} run
     * @param millisMax how long it may wait
     * @param send sends the request; is given what to call when it is over
     * @param done runs when the request is over, whether it was sent or not
     */
    void enter(int size, EventLoop loop, long millisMax, Runnable done, Consumer<Runnable> send) {
        var request = new Request(loop, send, done);
        boolean isRefused;
        synchronized (this) {
            boolean isBusy = size > 0 && active >= size;
            if (isBusy && waiting.size() < WAITING_MAX) {
                waiting.add(request);
                loop.schedule(() -> giveUp(request), millisMax, TimeUnit.MILLISECONDS);
                return;
            }
            active += isBusy ? 0 : 1;
            isRefused = isBusy;
        }
        if (isRefused) {
            done.run();
        } else {
            start(request);
        }
    }

    private void start(Request request) {
        request.send.accept(() -> {
            request.done.run();
            next();
        });
    }

    private void next() {
        Request request;
        synchronized (this) {
            request = waiting.poll();
            if (request == null) {
                active--;
                return;
            }
        }
        Request turn = request;
        turn.loop.execute(() -> start(turn));
    }

    private void giveUp(Request request) {
        boolean waited;
        synchronized (this) {
            waited = waiting.remove(request);
        }
        if (waited) {
            request.done.run();
        }
    }

    synchronized Peers.Load load(int peerId) {
        return new Peers.Load(peerId, active, waiting.size());
    }
}
