package dev.weir.app;

import static dev.weir.app.HeapWatch.GARBAGE_LEAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.net.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HeapWatchTest {
    private static final int MEGABYTE = 1024 * 1024;

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0", // another collector
        "64, 0, 0",
        "65, 0, 1",
        "94, 30, 0",
        "95, 30, 1",
        "400, 200, 0", // no more garbage than what is in use
        "401, 200, 1"
    })
    void collectsWhatIsWorthAPause(long used, long live, int collections) {
        var count = new AtomicInteger();
        var readings =
                new ArrayDeque<>(
                        List.of(
                                new HeapWatch.Old(used * MEGABYTE, live * MEGABYTE),
                                new HeapWatch.Old(live * MEGABYTE, live * MEGABYTE)));
        new HeapWatch(readings::remove, count::incrementAndGet, Clock.system()).look();
        assertThat(count).hasValue(collections);
    }

    @Test
    void collectsGarbageOfTheOldGeneration() {
        var kept = new ArrayList<byte[]>();
        for (int i = 0; i < 80; i++) {
            kept.add(new byte[MEGABYTE]);
        }
        System.gc(); // they become old
        HeapWatch.Old full = HeapWatch.read();
        assumeThat(full.used()).as("serial collector").isPositive();
        assertThat(kept).hasSize(80);
        kept.clear();
        new HeapWatch(() -> new HeapWatch.Old(full.used(), 0), System::gc, Clock.system()).look();
        assertThat(full.used() - HeapWatch.read().used()).isGreaterThan(GARBAGE_LEAST);
    }
}
