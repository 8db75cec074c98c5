package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session that reads from replicas which replay as they like, of which no more is known than what
 * the last poll has found.
 */
class MonotonicReadsTest {
    private static final int REPLICAS = 3;
    private static final int READS = 100_000;

    private final Loads loads = new Loads();

    private Random random = new Random(0);
    private ReplicaChoice choice = new ReplicaChoice(random);

    /** What is so. */
    private long now = 1;

    private long log = 1;
    private final long[] replayed = new long[REPLICAS + 1];

    /** What is known of it. */
    private long polledNanos = 1;

    private final long[] known = new long[REPLICAS + 1];
    private final boolean[] eligible = new boolean[REPLICAS + 1];

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void neverGoBack(long seed) {
        assertThat(backSteps(seed, false)).isZero();
    }

    /** So this test can fail. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void goBackIfNobodyRemembersWhereTheyWere(long seed) {
        assertThat(backSteps(seed, true)).isPositive();
    }

    private int backSteps(long seed, boolean forgets) {
        random = new Random(seed);
        choice = new ReplicaChoice(random);
        int backSteps = 0;
        int onReplicas = 0;
        long before = 0;
        long required = 0;
        for (int i = 0; i < READS; i++) {
            for (int happenings = random.nextInt(20); happenings > 0; happenings--) {
                happen();
            }
            Topology topology = topology();
            int node = choice.choose(topology, required, loads, now);
            long seen;
            if (node >= 0) {
                choice.reading(topology, node);
                happen(); // while it runs
                seen = replayed[node];
                choice.read(++now);
                onReplicas++;
            } else {
                required = seen = log; // as its LSN is asked behind it
            }
            backSteps += seen < before ? 1 : 0;
            before = seen;
            if (forgets) {
                choice.forget();
            }
        }
        assertThat(onReplicas).isGreaterThan(READS / 10);
        return backSteps;
    }

    private void happen() {
        now++;
        int one = 1 + random.nextInt(REPLICAS);
        switch (random.nextInt(6)) {
            case 0 -> log += random.nextInt(2);
            case 1, 2 -> replayed[one] += (int) (random.nextDouble() * (log - replayed[one] + 1));
            case 3 -> {
                known[0] = log;
                polledNanos = now;
            }
            case 4 -> known[one] = replayed[one];
            default -> eligible[one] = random.nextInt(4) > 0;
        }
    }

    private Topology topology() {
        List<Node> nodes = new ArrayList<>();
        nodes.add(
                new Node(0, "p", true, false, false, "", known[0], polledNanos, 0, 0, 1, 1, 0, 0));
        for (int i = 1; i <= REPLICAS; i++) {
            nodes.add(
                    new Node(
                            i,
                            "r" + i,
                            false,
                            eligible[i],
                            true,
                            "",
                            known[i],
                            0,
                            0,
                            0,
                            1,
                            1,
                            0,
                            0));
        }
        return new Topology(nodes, 0, 16 << 20);
    }
}
