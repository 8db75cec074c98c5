package dev.weir.observe;

import dev.weir.cluster.Lsn;
import dev.weir.cluster.PrimaryChange;
import dev.weir.metrics.Metric;
import dev.weir.pool.ClientPool;
import dev.weir.pool.ClientShard;
import dev.weir.pool.RecentCommits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * How many commits that clients were told of a new primary lacks. Counted by the loops, one by one;
 * any thread may look.
 */
final class LostCommits {
    private static final Logger log = LoggerFactory.getLogger(LostCommits.class);

    private final PrimaryChange change;
    private final AtomicLong min = new AtomicLong();
    private final AtomicLong max = new AtomicLong();

    LostCommits(PrimaryChange change) {
        this.change = change;
    }

    long min() {
        return min.get();
    }

    long max() {
        return max.get();
    }

    /** Lets the loops count what the clients of these pools were told. */
    void count(List<ClientPool> pools) {
        var shards = new ArrayList<ClientShard>();
        pools.forEach(pool -> shards.addAll(pool.shards()));
        var open = new AtomicInteger(shards.size());
        for (ClientShard shard : shards) {
            // once more: what ends with a connection is done in the turn that follows its end
            shard.loop().execute(() -> shard.loop().execute(() -> count(shard, open)));
        }
    }

    private void count(ClientShard shard, AtomicInteger open) {
        if (change.fromLsn() != 0) {
            long polled = change.fromPolledNanos();
            shard.commits().reaches(change.fromLsn(), change.fromTimeline(), polled);
        }
        RecentCommits.Lost lost = shard.commits().lost(change.timeline(), change.forkLsn());
        min.addAndGet(lost.min());
        max.addAndGet(lost.max());
        shard.meters().add(Metric.COMMITS_LOST, lost.min());
        shard.meters().add(Metric.COMMITS_LOST_PERHAPS, lost.max() - lost.min());
        if (open.decrementAndGet() == 0 && max() > 0) {
            log.atLevel(min() > 0 ? Level.ERROR : Level.WARN)
                    .log(
                            "commits_lost database={} from={} to={} timeline={} fork={} min={}"
                                    + " max={}",
                            change.database(),
                            change.from(),
                            change.to(),
                            change.timeline(),
                            change.forkLsn() == 0 ? "unknown" : Lsn.text(change.forkLsn()),
                            min(),
                            max());
        }
    }
}
