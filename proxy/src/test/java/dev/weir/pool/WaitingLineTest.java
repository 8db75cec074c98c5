package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerConnection;
import dev.weir.error.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One line for all nodes. */
@NullMarked
final class WaitingLineTest {
    private static final int PRIMARY = ClientShard.PRIMARY;

    private final WaitingLine line = new WaitingLine();

    private record Named(String name, @Nullable Map<String, String> dedicated) implements Waiter {
        @Override
        public boolean accepts(ServerConnection connection) {
            return true;
        }

        @Override
        public void leased(Lease lease) {}

        @Override
        public void refused(Refusal why) {}
    }

    private Waiting join(String name, int node, long now) {
        return line.join(new Named(name, null), node, now);
    }

    private Waiting replication(String name) {
        return line.join(new Named(name, Map.of("replication", "true")), PRIMARY, 0);
    }

    private static String name(@Nullable Waiting entry) {
        return entry == null ? "" : ((Named) entry.waiter()).name;
    }

    private String first(int node, boolean isPrimary) {
        return name(line.first(node, isPrimary));
    }

    private List<String> all(int node, boolean isPrimary) {
        return line.all(node, isPrimary).stream().map(WaitingLineTest::name).toList();
    }

    @Test
    void servesThePrimaryToWhoeverCameFirstByNameOrByWish() {
        join("a", 1, 0);
        join("b", PRIMARY, 0);
        join("c", 1, 0);
        join("d", 2, 0);
        assertThat(all(1, true)).containsExactly("a", "b", "c");
        assertThat(first(1, true)).isEqualTo("a");
        line.remove(Objects.requireNonNull(line.first(1, true)));
        assertThat(first(1, true)).isEqualTo("b");
        assertThat(first(1, false)).isEqualTo("c");
        assertThat(first(2, false)).isEqualTo("d");
        assertThat(first(3, false)).isEmpty();
        assertThat(line.size()).isEqualTo(3);
    }

    @Test
    void theirPlaceCountsWhenANodeIsNoPrimaryAnyMore() {
        join("a", 1, 0);
        join("b", PRIMARY, 0);
        join("c", 1, 0);
        line.redirect(1);
        assertThat(all(2, true)).containsExactly("a", "b", "c");
        assertThat(all(1, false)).isEmpty();
        assertThat(line.count(2, true)).isEqualTo(3);
    }

    @Test
    void aRedirectedWaiterCanBeFoundAndTakenOut() {
        Waiting entry = join("a", 1, 0);
        line.redirectAll();
        assertThat(line.find(entry.waiter())).isSameAs(entry);
        assertThat(line.remove(entry)).isTrue();
        assertThat(line.remove(entry)).isFalse();
        assertThat(line.isEmpty()).isTrue();
    }

    @Test
    void whoWantsAConnectionOfItsOwnIsServedApart() {
        Waiting own = replication("r");
        join("a", PRIMARY, 0);
        assertThat(first(0, true)).isEqualTo("a");
        assertThat(line.count(0, true)).isEqualTo(1);
        assertThat(line.firstDedicated()).isSameAs(own);
        assertThat(line.isQuiet(0, true)).isFalse();
        own.beingOpened(true);
        assertThat(line.firstDedicated()).isNull();
        assertThat(all(0, true)).containsExactly("r", "a");
        assertThat(name(line.oldest())).isEqualTo("r");
    }

    @Test
    void takesOutWhoWaitedForTooLong() {
        join("a", PRIMARY, 0);
        join("b", 1, 10);
        join("c", PRIMARY, 20);
        var expired = new ArrayList<String>();
        line.takeExpired(85, 100, entry -> expired.add(name(entry)));
        assertThat(expired).containsExactly("a", "b");
        assertThat(line.size()).isEqualTo(1);
        assertThat(name(line.oldest())).isEqualTo("c");
    }

    @Test
    void aWaitThatIsExcusedDoesNotCount() {
        Waiting entry = join("a", PRIMARY, 100);
        entry.excuse(150, 250);
        assertThat(entry.patience(250)).isEqualTo(50);
        entry.excuse(250, 300);
        assertThat(entry.patience(310)).isEqualTo(60);
        Waiting late = join("b", PRIMARY, 200);
        late.excuse(150, 250);
        assertThat(late.patience(250)).as("before it came").isZero();
    }
}
