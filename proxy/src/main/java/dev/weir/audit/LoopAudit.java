package dev.weir.audit;

import dev.weir.net.LoopConfined;
import dev.weir.net.LoopOwned;
import dev.weir.pool.Waiter;
import dev.weir.sql.Text;
import io.netty.channel.EventLoop;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the audit of one loop remembers: texts without constants, and clients that wait for room.
 */
@LoopConfined
final class LoopAudit implements LoopOwned {
    private static final int TEXTS = 512;

    private final EventLoop loop;

    /** Indexed by hash; of the texts of one slot, the last is remembered. */
    private final @Nullable Text[] texts = new Text[TEXTS];

    private final @Nullable String[] masked = new String[TEXTS];

    /** The clients that are not read. */
    private final Set<Waiter> quiet = Collections.newSetFromMap(new IdentityHashMap<>());

    LoopAudit(EventLoop loop) {
        this.loop = loop;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    /** The text without its constants; computed once while it keeps coming. */
    String masked(Text text) {
        assertInLoop();
        int at = text.hashCode() & TEXTS - 1;
        String known = masked[at];
        if (texts[at] == text && known != null) {
            return known;
        }
        String made = AuditText.of(text, false, true);
        texts[at] = text;
        masked[at] = made;
        return made;
    }

    /** Stops reading from a client until there is room. */
    void quiet(Waiter client) {
        assertInLoop();
        if (quiet.add(client)) {
            client.quiet(true);
        }
    }

    /** There is room: resumes reading from all. */
    void resume() {
        assertInLoop();
        List<Waiter> all = List.copyOf(quiet);
        quiet.clear();
        all.forEach(client -> client.quiet(false));
    }
}
