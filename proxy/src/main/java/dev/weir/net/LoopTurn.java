package dev.weir.net;

import io.netty.channel.EventLoop;

/**
 * Tells the reads of one turn of a loop from those of the next. What a turn brings on one socket,
 * its data and its FIN, is told before the loop runs any task.
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

    /** Whether the turn with this number is not over. */
    public boolean isStill(long asked) {
        assertInLoop();
        return asked == number;
    }

    private void ends() {
        isWatched = false;
        number++;
    }
}
