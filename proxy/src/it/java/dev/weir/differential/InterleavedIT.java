package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.differential.Conversation.Trait;
import dev.weir.support.Auditor;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Several conversations at a time on one server connection, each of which must read as if it were
 * alone. Clients take turns between transactions, in an order that a seed decides.
 */
final class InterleavedIT {
    private static final int AT_A_TIME = 3;
    private static final int SEEDS = Rig.SOAK ? 200 : 6;

    @RegisterExtension
    static final Rig weir =
            Rig.shared(
                    PoolMode.TRANSACTION,
                    1,
                    "max_pinned = 1",
                    "max_prepared_statements = 5",
                    DifferentialIT.STRICT);

    static List<Long> seeds() {
        Long one = Long.getLong("weir.seed");
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; one == null && seed <= SEEDS; seed++) {
            seeds.add(seed);
        }
        if (one != null) {
            seeds.add(one);
        }
        return seeds;
    }

    private static final List<Conversation> SOCIABLE =
            Corpus.ALL.stream().filter(c -> !c.has(Trait.PIN) && !c.has(Trait.WIDE)).toList();

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void readsAsIfAlone(long seed) {
        converse(weir, new Auditor(weir, false), seed, SOCIABLE);
    }

    /** The same, where a client that listens keeps its connection. */
    static void readsAsIfAloneWithPins(Rig weir, Auditor auditor, long seed) {
        converse(weir, auditor, seed, SOCIABLE.stream().filter(c -> !listens(c)).toList());
    }

    private static boolean listens(Conversation conversation) {
        return conversation.name().contains("listen")
                || conversation.lines().stream()
                        .anyMatch(line -> line.rest().toLowerCase(Locale.ROOT).contains("listen"));
    }

    private static void converse(Rig weir, Auditor auditor, long seed, List<Conversation> all) {
        var random = new Random(seed);
        List<Talk> talks = new ArrayList<>();
        int rounds = Math.ceilDiv(all.size(), AT_A_TIME * SEEDS) * (Rig.SOAK ? 2 : 1);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < AT_A_TIME; i++) {
                talks.add(new Talk(weir, beside(talks, all, random), "i" + i));
            }
            hold(weir, talks, random, seed);
            assertThat(auditor.left(texts(talks))).as("left by seed %d, %s", seed, talks).isEmpty();
            talks.clear();
        }
    }

    /** One that the others neither hear nor make hear: channels have the same names in all. */
    private static Conversation beside(List<Talk> talks, List<Conversation> all, Random random) {
        boolean isHeard = talks.stream().anyMatch(talk -> notifies(talk.conversation));
        Conversation next;
        do {
            next = all.get(random.nextInt(all.size()));
        } while (isHeard && notifies(next));
        return next;
    }

    private static boolean notifies(Conversation conversation) {
        return listens(conversation)
                || conversation.text().toLowerCase(Locale.ROOT).contains("notify");
    }

    private static String texts(List<Talk> talks) {
        return talks.stream().map(t -> t.conversation.text()).collect(Collectors.joining("\n"));
    }

    private static void hold(Rig weir, List<Talk> talks, Random random, long seed) {
        List<Talk> left = new ArrayList<>(talks);
        while (!left.isEmpty()) {
            Talk talk = left.get(random.nextInt(left.size()));
            talk.goOn();
            if (talk.performance.isOver()) {
                left.remove(talk);
            }
        }
        List<String> differences = new ArrayList<>();
        for (Talk talk : talks) {
            try {
                DifferentialIT.assertSame(
                        talk.conversation, talk.performance.close(), talk.expected);
            } catch (AssertionError difference) {
                differences.add(String.valueOf(difference.getMessage()));
            }
        }
        assertThat(differences).as("seed %d, %s", seed, talks).isEmpty();
        weir.awaitEmpty();
    }

    /** One conversation among others. */
    private static final class Talk {
        private final Conversation conversation;
        private final List<String> expected;
        private final Performance performance;

        Talk(Rig weir, Conversation conversation, String schema) {
            this.conversation = conversation;
            this.expected = DifferentialIT.direct(weir, conversation);
            DifferentialIT.prepare(weir, schema);
            this.performance = new Performance(conversation, schema, weir::client);
        }

        /** Up to the end of a transaction, at the least one line. */
        void goOn() {
            do {
                performance.step();
            } while (!performance.isOver() && !performance.isAtRest());
        }

        @Override
        public String toString() {
            return conversation.name();
        }
    }
}
