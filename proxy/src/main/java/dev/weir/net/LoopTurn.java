package dev.weir.net;

import io.netty.channel.EventLoop;

/**
 * Distinguishes the reads of one turn of a loop from those of the next. Everything that a turn
 * finds on a socket, data and FIN, is reported before the loop runs any task.
 */
@LoopConfined
public final class LoopTurn implements LoopOwned {
    private final EventLoop loop;
    private final Runnable ends = this::ends;
    private long number = 1;
    private boolean isWatched;

    public LoopTurn(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** The number of this turn, for {@link #isStill}; never 0. */
    public long number() {
        assertInLoop();
        if (!isWatched) {
            isWatched = true;
            loop.execute(ends);
        }
        return number;
    }

    /** Whether the turn with this number is still the current one. */
    public boolean isStill(long asked) {
        assertInLoop();
        return asked == number;
    }

    private void ends() {
        isWatched = false;
        number++;
    }
}
