package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerIdentity;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which servers may be used at the address of a node. */
@NullMarked
final class TopologyTest {
    private static final int PRIMARY = 0;
    private static final int REPLICA = 1;
    private static final int TIMELINE = 2;
    private static final long CLUSTER = 7;

    private static Node node(int index) {
        boolean isPrimary = index == PRIMARY;
        String name = "node" + index;
        return new Node(
                index, name, isPrimary, !isPrimary, true, "", 1, 1, 0, 0, TIMELINE, 1, 1, 1);
    }

    private static @Nullable String objection(long cluster, int node, ServerIdentity found) {
        var nodes = List.of(node(PRIMARY), node(REPLICA));
        return new Topology(nodes, PRIMARY, 16 << 20, cluster, false).objection(node, found);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 7, 2, false,",
        "0, 8, 2, false, belongs to another cluster: its system identifier is 8 (expected: 7)",
        "1, 8, 0, true, belongs to another cluster: its system identifier is 8 (expected: 7)",
        "0, 7, 0, true, is a standby (expected: the primary)",
        "0, 7, 1, false, is on timeline 1 (expected: 2)",
        "0, 7, 3, false, is on timeline 3 (expected: 2)",
        "1, 7, 0, true,",
        "1, 7, 3, false,", // it was promoted, and will be seen as the primary
    })
    void aNodeHasItsIdentifierAndThePrimaryItsTimeline(
            int node, long cluster, int timeline, boolean isInRecovery, @Nullable String why) {
        var found = new ServerIdentity(cluster, timeline, isInRecovery);
        assertThat(objection(CLUSTER, node, found)).isEqualTo(why);
    }

    @Test
    void noServerIsUsedBeforeItIsKnownWhichClusterThisIs() {
        assertThat(objection(0, REPLICA, new ServerIdentity(CLUSTER, 0, true)))
                .isEqualTo("cannot be identified: it is not known yet which cluster this is");
    }
}
