package dev.weir.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LateBeginTest {
    private static final byte[] TEXT = "BEGIN".getBytes(UTF_8);
    private static final byte[] READ_ONLY = "BEGIN READ ONLY".getBytes(UTF_8);

    private final LateBegin begin = new LateBegin();

    @Test
    void goesAheadOfTheNextBatch() {
        begin.hold(TEXT);
        assertThat(begin.isHeld()).isTrue();
        assertThat(begin.takeHeld()).isSameAs(TEXT);
        assertThat(begin.isHeld()).isFalse();
        assertThat(begin.isAhead()).isTrue();
        begin.stays();
        assertThat(begin.isAhead()).isFalse();
    }

    @Test
    void isHeldAgainIfItsTransactionMoves() {
        begin.hold(TEXT);
        begin.takeHeld();
        begin.move();
        begin.end();
        assertThat(begin.isHeld()).isTrue();
        assertThat(begin.takeHeld()).isSameAs(TEXT);
    }

    @Test
    void mayBeABatchOfItsOwn() {
        begin.sends(READ_ONLY);
        assertThat(begin.isAhead()).isFalse();
        begin.stays();
        assertThat(begin.isAhead()).isTrue();
        begin.move();
        assertThat(begin.takeHeld()).isSameAs(READ_ONLY);
    }

    @Test
    void aSecondBeginTakesThePlaceOfTheFirst() {
        begin.hold(TEXT);
        begin.takeHeld();
        begin.sends(READ_ONLY);
        begin.stays();
        begin.move();
        assertThat(begin.takeHeld()).isSameAs(READ_ONLY);
    }

    @Test
    void failsOnItsServerWhatHasFailedWithoutOne() {
        begin.hold(TEXT);
        begin.fail();
        begin.fail();
        assertThat(begin.isFailed()).isTrue();
        begin.takeHeld();
        assertThat(begin.isFailed()).isFalse();
        assertThat(begin.mustFail()).isTrue();
        begin.move();
        assertThat(begin.isFailed()).isTrue();
    }

    @Test
    void isForgottenWithItsTransaction() {
        begin.hold(TEXT);
        begin.takeHeld();
        begin.end();
        assertThat(begin.isAhead()).isFalse();
        begin.hold(TEXT);
        begin.fail();
        begin.drop();
        assertThat(begin.isHeld()).isFalse();
    }
}
