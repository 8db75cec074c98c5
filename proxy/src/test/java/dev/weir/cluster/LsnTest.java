package dev.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LsnTest {
    private static final int SEGMENT_BYTES = 16 << 20;

    /** Behind a page's header stands nothing yet: a standby never gets behind the header. */
    @ParameterizedTest
    @CsvSource({
        "0/C984018, 0/C984000",
        "0/C984028, 0/C984028",
        "0/D000028, 0/D000000",
        "0/D000018, 0/D000000",
        "0/C984000, 0/C984000",
        "7/FF, 7/FF"
    })
    void normalises(String inserted, String replayed) {
        assertThat(Lsn.text(Lsn.normalised(Lsn.parse(inserted), SEGMENT_BYTES)))
                .isEqualTo(replayed);
    }

    @Test
    void readsWhatItWrites() {
        for (long lsn : new long[] {0, 1, 0xFFFF_FFFFL, 0x16_B374_D848L, Long.MAX_VALUE}) {
            assertThat(Lsn.parse(Lsn.text(lsn))).isEqualTo(lsn);
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "1", "1/", "/1", "1/2/3", "x/1", "1/123456789", "-1/1", "' 1/1'"})
    void refusesWhatIsNone(String text) {
        assertThat(Lsn.parse(text)).isEqualTo(-1);
    }
}
