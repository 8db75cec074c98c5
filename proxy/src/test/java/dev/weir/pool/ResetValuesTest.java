package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ParameterSet;
import dev.weir.config.StartupParameters;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often connections are opened for the sake of startup parameters. */
@NullMarked
final class ResetValuesTest {
    private static final long NANOS_A_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private static ParameterSet kind(int number) {
        return ParameterSet.of(Map.of("work_mem", number + "MB"));
    }

    /** However many kinds of clients come by turns, a thousand in each second. */
    @ParameterizedTest
    @ValueSource(ints = {2, 10, 100})
    void happensTwiceASecond(int kinds) {
        var values = new ResetValues(0);
        int opened = 0;
        for (int i = 0; i < 10_000; i++) {
            if (values.mayOpen(kind(i % kinds), StartupParameters.PREFERRED, i * NANOS_A_MILLI)) {
                opened++;
            }
        }
        assertThat(opened).isEqualTo(20);
    }

    @Test
    void happensAlwaysOrNever() {
        var values = new ResetValues(0);
        for (int i = 0; i < 10; i++) {
            assertThat(values.mayOpen(kind(i), StartupParameters.STRICT, 0)).isTrue();
            assertThat(values.mayOpen(kind(i), StartupParameters.SHARED, 0)).isFalse();
        }
    }

    @Test
    void isNotTriedAgainWithWhatAServerHasRefused() {
        var values = new ResetValues(0);
        values.refuse(kind(1));
        assertThat(values.mayOpen(kind(1), StartupParameters.STRICT, 0)).isFalse();
        assertThat(values.mayOpen(kind(2), StartupParameters.STRICT, 0)).isTrue();
    }

    @Test
    void needsNoConnectionForNothing() {
        var values = new ResetValues(0);
        assertThat(values.mayOpen(ParameterSet.EMPTY, StartupParameters.STRICT, 0)).isFalse();
    }
}
