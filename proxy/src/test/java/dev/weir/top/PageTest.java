package dev.weir.top;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.top.Sample.Pool;
import dev.weir.top.Sample.Traffic;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class PageTest {
    private static final long SECOND = 1_000_000_000;

    private static Sample sample(long nanos, double transactions) {
        return new Sample(
                nanos,
                List.of(
                        new Pool("app", "ann", 40, 2, 20, 0, 1.25, "transaction"),
                        new Pool("reports", "bob", 3, 0, 1, 5, 0, "session"),
                        new Pool("app", "zoe", 1, 9, 1, 0, 0.25, "transaction")),
                Map.of(
                        "app", new Traffic(transactions, 2 * transactions, 1e6, 3e9),
                        "reports", new Traffic(7, 7, 0, 0)),
                Map.of("app", new Traffic(11, 22, 33, 44)));
    }

    private static List<String> lines(int width, Order order) {
        return new Page(width, 24, order).lines("title", sample(4 * SECOND, 300), sample(0, 100));
    }

    @Test
    void tellsWhatPoolsDo() {
        assertThat(lines(80, Order.WAIT))
                .containsExactly(
                        "title",
                        "clients: 44 active, 11 waiting (1.3 s); servers: 22 busy, 5 spare",
                        "50 xact/s, 100 query/s, 0B/s in, 0B/s out",
                        "",
                        "DATABASE USER     ACTIVE WAITING LONGEST  BUSY SPARE  XACT/S QUERY/S MODE",
                        "app      ann          40       2   1.3 s    20     0      50     100"
                                + " transaction",
                        "app      zoe           1       9  250 ms     1     0      50     100"
                                + " transaction",
                        "reports  bob           3       0    0 ms     1     5       0       0"
                                + " session");
    }

    /** What the console has averaged must do for the first page. */
    @Test
    void tellsAveragesAtFirst() {
        assertThat(new Page(90, 24, Order.WAIT).lines("title", sample(0, 300), null).get(2))
                .isEqualTo("11 xact/s, 22 query/s, 33B/s in, 44B/s out");
    }

    @Test
    void shortensLargeNumbers() {
        assertThat(new Page(90, 24, Order.WAIT).lines("", sample(SECOND, 5e7), sample(0, 0)).get(2))
                .startsWith("50M xact/s, 100M query/s");
    }

    @ParameterizedTest
    @CsvSource({
        "WAIT,ann zoe bob",
        "CLIENTS,ann zoe bob",
        "SERVERS,ann bob zoe",
        "NAME,ann zoe bob"
    })
    void putsFirstWhatItIsAskedTo(Order order, String users) {
        assertThat(lines(90, order).stream().skip(5).map(line -> line.split(" +", -1)[1]))
                .containsExactly(users.split(" "));
    }

    @Test
    void everyOrderHasAKeyOfItsOwn() {
        assertThat(Order.values())
                .extracting(Order::key)
                .doesNotHaveDuplicates()
                .doesNotContain('q');
    }

    /** Columns go, the least important first; no line is ever longer than the terminal. */
    @Test
    void fitsAnyTerminal() {
        for (int width = 1; width <= 200; width++) {
            int limit = width;
            assertThat(lines(width, Order.WAIT)).allMatch(line -> line.length() <= limit);
        }
        assertThat(lines(55, Order.WAIT).get(4))
                .isEqualTo("DATABASE   USER      ACTIVE WAITING LONGEST  BUSY SPARE");
        assertThat(lines(36, Order.WAIT).get(4)).isEqualTo("DATABASE   USER      WAITING LONGEST");
        assertThat(new Page(90, 6, Order.WAIT).lines("", sample(0, 0), null)).hasSize(6);
    }

    @Test
    void cutsNamesAndObeysNone() {
        var pool = new Pool("a_very_long_name", "x\u001b[2J", 1, 0, 0, 0, 0, "session");
        var sample = new Sample(0, List.of(pool), Map.of(), Map.of());

        assertThat(new Page(80, 24, Order.WAIT).lines("", sample, null).getLast())
                .startsWith("a_very_~ x?[2J");
    }
}
