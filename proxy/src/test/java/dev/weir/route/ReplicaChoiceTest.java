package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import dev.weir.cluster.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplicaChoiceTest {
    private static final long WARM = -100_000_000_000L;
    private static final int SEGMENT_BYTES = 16 << 20;

    private final Loads loads = new Loads();
    private final ReplicaChoice choice = new ReplicaChoice(new Random(1));

    /** The primary first, polled at {@code polled} with its log at 1,000; then replicas. */
    private static Topology topology(long polled, Node... replicas) {
        List<Node> nodes = new ArrayList<>();
        nodes.add(
                new Node(
                        0, "p", true, false, false, "primary", 1_000, polled, 0, 0, 1, 1, 0, WARM));
        nodes.addAll(List.of(replicas));
        return new Topology(nodes, 0, SEGMENT_BYTES);
    }

    private static Node replica(int index, long lsn) {
        return replica(index, lsn, true, 1, 0, WARM);
    }

    private static Node replica(
            int index, long lsn, boolean eligible, int weight, long latency, long since) {
        String why = eligible ? "" : "lags";
        String name = "r" + index;
        return new Node(
                index, name, false, eligible, true, why, lsn, 0, 0, 0, 1, weight, latency, since);
    }

    private int choose(Topology topology, long required) {
        return choice.choose(topology, required, loads, 0);
    }

    @Test
    void staysWhereItIs() {
        Topology topology = topology(0, replica(1, 900), replica(2, 900), replica(3, 900));
        int first = choose(topology, 0);
        choice.reading(topology, first);
        for (int i = 0; i < 100; i++) {
            loads.begins(first, Reason.READ);
            assertThat(choose(topology, 0)).isEqualTo(first);
        }
    }

    @Test
    void movesOnlyToOneThatIsAsFarAsTheFirstCanHaveBeen() {
        Topology before = topology(10, replica(1, 900), replica(2, 500));
        choice.reading(before, 1);
        choice.read(20);
        Topology stale = topology(10, replica(1, 900, false, 1, 0, WARM), replica(2, 1_000));
        assertThat(choose(stale, 0)).isEqualTo(ReplicaChoice.NOT_MONOTONIC);
        Topology behind = topology(30, replica(1, 900, false, 1, 0, WARM), replica(2, 999));
        assertThat(choose(behind, 0)).isEqualTo(ReplicaChoice.NOT_MONOTONIC);
        Topology there = topology(30, replica(1, 900, false, 1, 0, WARM), replica(2, 1_000));
        assertThat(choose(there, 0)).isEqualTo(2);
    }

    @Test
    void leavesAReplicaThatHasFallenBack() {
        choice.reading(topology(10, replica(1, 900), replica(2, 900)), 1);
        choice.read(20);
        Topology rebuilt = topology(30, replica(1, 100), replica(2, 1_000));
        assertThat(choose(rebuilt, 0)).isEqualTo(2);
    }

    @Test
    void takesNoneThatLacksWhatMustBeSeen() {
        Topology topology = topology(0, replica(1, 900), replica(2, 899));
        for (int i = 0; i < 50; i++) {
            assertThat(choose(topology, 900)).isEqualTo(1);
        }
        assertThat(choose(topology, 901)).isEqualTo(ReplicaChoice.TOO_OLD);
    }

    @Test
    void knowsWhenThereIsNone() {
        assertThat(choose(topology(0), 0)).isEqualTo(ReplicaChoice.NONE);
        Topology out = topology(0, replica(1, 900, false, 1, 0, WARM));
        assertThat(choose(out, 0)).isEqualTo(ReplicaChoice.NONE);
    }

    @Test
    void takesTheLessLoadedByWeight() {
        Topology equal = topology(0, replica(1, 9), replica(2, 9));
        loads.begins(1, Reason.READ);
        assertThat(choose(equal, 0)).isEqualTo(2);
        Topology heavy = topology(0, replica(1, 9, true, 3, 0, WARM), replica(2, 9));
        assertThat(choose(heavy, 0)).isEqualTo(1);
    }

    @Test
    void breaksTiesByLatencyWhereItDiffersByMuch() {
        Topology far = topology(0, replica(1, 9, true, 1, 9_000_000, WARM), replica(2, 9));
        assertThat(chosenOf1000(far, 0)).isZero();
        Topology near = topology(0, replica(1, 9, true, 1, 900_000, WARM), replica(2, 9));
        assertThat(chosenOf1000(near, 0)).isBetween(430, 570);
    }

    @Test
    void sparesAColdOneAndWarmsItUp() {
        Topology topology = topology(0, replica(1, 9, true, 1, 0, 0), replica(2, 9));
        loads.begins(2, Reason.READ); // so that the cold one would always be chosen
        assertThat(chosenOf1000(topology, 0)).isBetween(70, 130);
        assertThat(chosenOf1000(topology, 4_500_000_000L)).isBetween(500, 600);
        assertThat(chosenOf1000(topology, 9_000_000_000L)).isEqualTo(1_000);
    }

    /** How often the first replica is. */
    private int chosenOf1000(Topology topology, long nowNanos) {
        int chosen = 0;
        for (int i = 0; i < 1_000; i++) {
            chosen += choice.choose(topology, 0, loads, nowNanos) == 1 ? 1 : 0;
        }
        return chosen;
    }

    @Test
    void spreadsOverMany() {
        Topology topology = topology(0, replica(1, 9), replica(2, 9), replica(3, 9), replica(4, 9));
        int[] chosen = new int[5];
        var random = new Random(1);
        for (int i = 0; i < 400; i++) {
            chosen[new ReplicaChoice(random).choose(topology, 0, loads, 0)]++;
        }
        assertThat(chosen[0]).isZero();
        for (int i = 1; i < 5; i++) {
            assertThat(chosen[i]).isBetween(60, 140);
        }
    }
}
