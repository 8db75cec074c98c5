package dev.weir.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TagTest {
    private static final String LARGE = "QPBFd";
    private static final String SMALL = "DECSHXcf";
    private static final String BACKEND = "RK23CdcGHWDIEVvnNAtS1sZT";

    @Test
    void limitsEachFrontendMessageAsPostgresDoes() {
        for (int tag = Byte.MIN_VALUE; tag <= Byte.MAX_VALUE; tag++) {
            int expected;
            if (LARGE.indexOf(tag) >= 0) {
                expected = 0x3ffffffe;
            } else if (SMALL.indexOf(tag) >= 0) {
                expected = 10_000;
            } else {
                expected = tag == 'p' ? 65_535 : -1;
            }
            assertThat(FrontendTag.lengthMax((byte) tag)).as("tag %d", tag).isEqualTo(expected);
        }
    }

    @Test
    void knowsExactlyTheBackendTags() {
        for (int tag = Byte.MIN_VALUE; tag <= Byte.MAX_VALUE; tag++) {
            boolean known = BACKEND.indexOf(tag) >= 0;
            assertThat(BackendTag.isKnown((byte) tag)).as("tag %d", tag).isEqualTo(known);
            assertThat(BackendTag.name((byte) tag).startsWith("unknown")).isEqualTo(!known);
        }
    }

    @Test
    void namesEveryFrontendTagThatHasALimit() {
        for (int tag = Byte.MIN_VALUE; tag <= Byte.MAX_VALUE; tag++) {
            boolean known = FrontendTag.lengthMax((byte) tag) > 0;
            assertThat(FrontendTag.name((byte) tag).startsWith("unknown")).isEqualTo(!known);
        }
    }

    @Test
    void showsUnknownTagsPrintably() {
        assertThat(FrontendTag.name((byte) '!')).isEqualTo("unknown message '!'");
        assertThat(BackendTag.name((byte) 0x80)).isEqualTo("unknown message 0x80");
        assertThat(BackendTag.name((byte) '\n')).isEqualTo("unknown message 0xa");
    }
}
