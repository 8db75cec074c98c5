package dev.weir.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class HistoryTest {
    private static final Owner APP = Owner.of("app");

    private final History history = new History();

    private static float[] transactions(float value) {
        float[] all = History.unknown();
        all[Curve.TRANSACTIONS.ordinal()] = value;
        return all;
    }

    private float[] transactions(Owner owner) {
        List<History.Extract> found =
                history.of(owner.database()).stream()
                        .filter(one -> one.owner().equals(owner))
                        .toList();
        assertThat(found).hasSize(1);
        float[] line = found.getFirst().curves().get(Curve.TRANSACTIONS);
        return line == null ? new float[0] : line;
    }

    @Test
    void keepsTheLastHourOldestFirst() {
        var random = new Random(7);
        int moments = History.POINTS_MAX + random.nextInt(3_000);
        for (int i = 0; i < moments; i++) {
            history.add(i, Map.of(APP, transactions(i)));
        }

        float[] line = transactions(APP);
        assertThat(line).hasSize(History.POINTS_MAX);
        for (int i = 0; i < line.length; i++) {
            assertThat(line[i]).isEqualTo(moments - History.POINTS_MAX + i);
        }
        assertThat(history.of("app").getFirst().moments()[0])
                .isEqualTo(moments - History.POINTS_MAX);
    }

    @Test
    void leavesAGapWhereSomebodyWasNotThere() {
        history.add(1, Map.of(APP, transactions(1)));
        history.add(2, Map.of());
        history.add(3, Map.of(APP, transactions(3)));

        assertThat(transactions(APP)).containsExactly(1, Float.NaN, 3);
    }

    @Test
    void forgetsWhoHasNotBeenThereForAnHour() {
        history.add(0, Map.of(APP, transactions(1)));
        for (int i = 0; i < History.POINTS_MAX; i++) {
            history.add(i, Map.of());
        }
        assertThat(history.of("app")).hasSize(1);

        history.add(1, Map.of());

        assertThat(history.of("app")).isEmpty();
    }

    @Test
    void keepsNoMoreOwnersThanItSays() {
        Map<Owner, float[]> many = new HashMap<>();
        for (int i = 0; i < 2 * History.OWNERS_MAX; i++) {
            many.put(new Owner("app", "node" + i), transactions(1));
        }

        history.add(1, many);

        assertThat(history.of("app")).hasSize(History.OWNERS_MAX);
    }

    @Test
    void hasOtherCurvesForNodes() {
        history.add(1, Map.of(APP, transactions(1), new Owner("app", "n:1"), transactions(1)));

        assertThat(history.of("app"))
                .allSatisfy(one ->
                        assertThat(one.curves().containsKey(Curve.LAG))
                                .isEqualTo(one.owner().isNode()))
                .hasSize(2);
    }
}
