package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weir.pgkit.PgCluster;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the corpus with a primary, then through a Weir that sends what only reads to a replica: the
 * client must not see where it was.
 */
final class RoutedDifferentialIT {
    /** Of the corpus, at least so many transactions can run on the replica. */
    private static final int READS_MIN = Rig.SOAK ? 100 : 50;

    private static PgCluster cluster;
    private static Rig weir;
    private static Rig single;
    private static Auditor auditor;
    private static Auditor auditorOfSingle;

    @BeforeAll
    static void start() {
        cluster = PgCluster.builder().replicas(1).start();
        weir = Rig.routing(cluster, "route=auto causal_wait=10s", 4, DifferentialIT.STRICT).start();
        single =
                Rig.routing(
                                cluster,
                                "route=auto causal_wait=10s",
                                1,
                                "max_pinned = 1",
                                "max_prepared_statements = 5",
                                DifferentialIT.STRICT)
                        .start();
        auditor = new Auditor(weir, true);
        auditorOfSingle = new Auditor(single, true);
    }

    @AfterAll
    static void stop() {
        try {
            assertThat(weir.leases(1)).as("transactions on the replica").isGreaterThan(READS_MIN);
            weir.close();
            single.close();
        } finally {
            cluster.close();
        }
    }

    @TestFactory
    Stream<DynamicTest> betweenTwoNodes() {
        return Corpus.ALL.stream()
                .filter(DifferentialIT.some(1))
                .map(c -> dynamicTest(c.name(), () -> compare(c)));
    }

    /** Several at a time, on one connection to each node. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("dev.weir.differential.InterleavedIT#seeds")
    void interleaved(long seed) {
        InterleavedIT.readsAsIfAloneWithPins(single, auditorOfSingle, seed);
        single.validate();
    }

    private static void compare(Conversation conversation) {
        List<String> expected = DifferentialIT.direct(weir, conversation);
        DifferentialIT.prepare(weir, "d1");
        cluster.awaitReplicas();
        List<String> actual = new Performance(conversation, "d1", weir::client).perform();
        DifferentialIT.assertSame(conversation, actual, expected);
        weir.validate();
        if (Rig.SOAK) { // those on one connection to each node are audited always
            DifferentialIT.audit(auditor, conversation);
        }
    }
}
