package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Cancel requests for a peer wait in a line that is no longer than it may be. */
@NullMarked
final class PeerPoolTest {
    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final PeerPool pool = new PeerPool();
    private final ArrayDeque<Runnable> sent = new ArrayDeque<>();
    private final AtomicInteger done = new AtomicInteger();

    private void enter() {
        pool.enter(1, loop.eventLoop(), 10_000, done::incrementAndGet, sent::add);
    }

    @Test
    void aFloodIsNotKept() {
        for (int i = 0; i < 3 * PeerPool.WAITING_MAX; i++) {
            enter();
        }
        assertThat(pool.load(1)).isEqualTo(new Peers.Load(1, 1, PeerPool.WAITING_MAX));
        assertThat(done).hasValue(2 * PeerPool.WAITING_MAX - 1);
        for (Runnable over = sent.poll(); over != null; over = sent.poll()) {
            over.run();
            loop.runPendingTasks();
        }
        assertThat(done).hasValue(3 * PeerPool.WAITING_MAX);
        assertThat(pool.load(1)).isEqualTo(new Peers.Load(1, 0, 0));
        enter();
        assertThat(sent).hasSize(1);
    }
}
