package dev.weir.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchTest {
    private static final byte[] NAME = "s".getBytes(US_ASCII);

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    private final Batch batch = new Batch();

    /** Whoever has nothing that may run again holds nothing. */
    @AfterEach
    void holdsNoMemory() {
        batch.forget();
        assertThat(used()).isZero();
    }

    private long used() {
        return memory.metric().usedHeapMemory();
    }

    // --- what is sent and answered --------------------------------------------------------------

    /** A message of this tag and, with its header, this length. */
    private ByteBuf message(char tag, int length) {
        ByteBuf out = memory.buffer(length);
        return out.writeByte(tag).writeInt(length - 1).writeZero(length - 5);
    }

    private void passes(char tag, int length, boolean isWhole) {
        ByteBuf in = message(tag, length);
        batch.passes((byte) tag, in, 0, length, isWhole);
        in.release();
    }

    private void pass(String tags) {
        for (byte tag : tags.getBytes(US_ASCII)) {
            passes((char) tag, 10, true);
        }
    }

    /** A batch of messages of these tags goes to a replica. */
    private void tries(String tags) {
        isAboutToTry(tags);
        pass(tags);
    }

    private void isAboutToTry(String tags) {
        ByteBuf in = memory.buffer();
        in.writeZero(3);
        for (byte tag : tags.getBytes(US_ASCII)) {
            ByteBuf one = message((char) tag, 10);
            in.writeBytes(one);
            one.release();
        }
        batch.tries(in, 3, in.readableBytes() - 3);
        in.release();
    }

    private void records(String tags) {
        batch.parsesKnown(NAME);
        pass(tags);
    }

    private boolean holds(char tag, int length) {
        ByteBuf read = message(tag, length);
        ByteBuf run = read.readRetainedSlice(length); // has no room for more
        read.release();
        boolean holds = batch.holds(run);
        if (!holds) {
            run.release();
        }
        return holds;
    }

    /** The tags of messages of ten bytes each. Releases them. */
    private static String tags(ByteBuf bytes) {
        var tags = new StringBuilder();
        while (bytes.isReadable()) {
            tags.append((char) bytes.readByte());
            bytes.skipBytes(9);
        }
        bytes.release();
        return tags.toString();
    }

    // --- a batch that need not be kept ----------------------------------------------------------

    @Test
    void keepsNothingOfWhatCannotRunAgain() {
        pass("PBES");
        assertThat(used()).isZero();
        assertThat(batch.answered()).isNull();
        assertThat(batch.isRepeatable()).isFalse();
        assertThat(batch.isTried()).isFalse();
    }

    @Test
    void holdsNothingOfItsAnswer() {
        assertThat(holds('1', 10)).isFalse();
        records("PBES");
        assertThat(holds('1', 10)).isFalse();
    }

    // --- on a replica ---------------------------------------------------------------------------

    @Test
    void runsAgainIfItsReplicaRefusesIt() {
        tries("PBES");
        assertThat(batch.isTried()).isTrue();
        batch.refused();
        assertThat(batch.isTried()).isFalse();
        assertThat(batch.isRefused()).isTrue();
        assertThat(batch.bytes().readableBytes()).isEqualTo(40);
        assertThat(tags(batch.take())).isEqualTo("PBES");
        assertThat(batch.isRefused()).isFalse();
        assertThat(batch.takeAgain()).isFalse();
        assertThat(used()).isZero();
    }

    /** What comes behind a message that has to wait is held, and goes when the rest has gone. */
    @Test
    void runsAgainOnlyWhatWasSentOfIt() {
        isAboutToTry("BEBES");
        pass("BE");
        batch.refused();
        assertThat(batch.sent().readableBytes()).isEqualTo(20);
        assertThat(tags(batch.take())).isEqualTo("BE");
        assertThat(used()).isZero();
    }

    @Test
    void theClientSeesNothingOfTheRefusedAnswer() {
        tries("Q");
        assertThat(holds('T', 30)).isTrue();
        batch.refused();
        assertThat(batch.answered()).isNull();
    }

    /** Such as a notice of the server's, between the error and its ReadyForQuery. */
    @Test
    void whatIsForwardedAfterwardsIsNoPartOfItsAnswer() {
        tries("Q");
        batch.refused();
        assertThat(batch.answered()).isNull();
        assertThat(tags(batch.take())).isEqualTo("Q");
        records("PBES");
        batch.stale();
        assertThat(batch.answered()).isNull();
        assertThat(tags(batch.take())).isEqualTo("PBES");
    }

    @Test
    void givesTheHeldAnswerAheadOfTheRest() {
        tries("PBES");
        assertThat(holds('1', 10)).isTrue();
        assertThat(holds('2', 10)).isTrue();
        assertThat(holds('D', 10)).isFalse();
        ByteBuf held = batch.answered();
        assertThat(held).isNotNull();
        assertThat(tags(held)).isEqualTo("12");
        assertThat(batch.isTried()).isFalse();
        assertThat(batch.answered()).isNull();
        assertThat(used()).isZero();
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', 'T', 't', 'n', 'N', 'S'})
    void holdsWhatSaysNothing(char tag) {
        tries("Q");
        assertThat(holds(tag, 10)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(chars = {'D', 'C', 'E', 'I', 'Z', 'G', 'H', '3', 's', 'A'})
    void holdsNothingThatSaysSomething(char tag) {
        tries("Q");
        assertThat(holds(tag, 10)).isFalse();
    }

    @Test
    void holdsNoPartOfAMessage() {
        tries("Q");
        ByteBuf run = message('T', 30).writerIndex(29);
        assertThat(batch.holds(run)).isFalse();
        run.release();
    }

    @Test
    void holdsNoMoreThanItsLimit() {
        tries("Q");
        assertThat(holds('T', Batch.ANSWER_BYTES_MAX)).isTrue();
        assertThat(holds('N', 10)).isFalse();
        ByteBuf held = batch.answered();
        assertThat(held).isNotNull();
        held.release();
    }

    @Test
    void isNotTriedIfItIsTooLong() {
        ByteBuf in = memory.buffer().writeZero(Batch.TRIED_BYTES_MAX + 1);
        batch.tries(in, 0, Batch.TRIED_BYTES_MAX + 1);
        assertThat(batch.isTried()).isFalse();
        batch.tries(in, 0, Batch.TRIED_BYTES_MAX);
        assertThat(batch.isTried()).isTrue();
        in.release();
    }

    @Test
    void theNextOneTakesItsPlace() {
        tries("PBES");
        tries("Q");
        batch.refused();
        assertThat(tags(batch.take())).isEqualTo("Q");
    }

    // --- with a statement that the server has ---------------------------------------------------

    @Test
    void runsAgainIfItsStatementIsStale() {
        records("PBDES");
        assertThat(batch.isRepeatable()).isTrue();
        assertThat(batch.statement()).isEqualTo(NAME);
        batch.stale();
        assertThat(batch.isStale()).isTrue();
        assertThat(batch.isRepeatable()).isFalse();
        assertThat(tags(batch.take())).isEqualTo("PBDES");
        assertThat(batch.takeAgain()).isTrue();
        assertThat(batch.takeAgain()).isFalse();
    }

    @Test
    void isWholeOnlyWithItsSync() {
        records("PBE");
        assertThat(batch.isRepeatable()).isFalse();
        pass("S");
        assertThat(batch.isRepeatable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PBEBES", "PBBES"})
    void runsAgainOnlyIfItBindsOnceAtMost(String tags) {
        records(tags);
        assertThat(batch.isRepeatable()).isFalse();
        assertThat(batch.statement()).isEqualTo(NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PQ", "PBF", "PBESP", "PBESQ"})
    void isForgottenIfSomethingElseIsSent(String tags) {
        records(tags);
        assertThat(batch.isRepeatable()).isFalse();
        assertThat(batch.statement()).isNull();
        assertThat(used()).isZero();
    }

    @Test
    void isForgottenOnceAPartOfItsAnswerIsForwarded() {
        records("PBES");
        assertThat(batch.answered()).isNull();
        assertThat(batch.isRepeatable()).isFalse();
        assertThat(used()).isZero();
    }

    @Test
    void isForgottenIfItIsTooLong() {
        records("P");
        passes('B', Batch.RECORDED_BYTES_MAX - 10, true);
        assertThat(used()).isPositive();
        pass("S");
        assertThat(used()).isZero();
    }

    @Test
    void isForgottenIfAMessageIsNotWhole() {
        records("P");
        passes('B', 10, false);
        pass("ES");
        assertThat(batch.isRepeatable()).isFalse();
    }

    @Test
    void whatRunsAgainMayBeRecordedOrTriedAnew() {
        records("PBES");
        batch.stale();
        tags(batch.take());
        records("PBES");
        assertThat(batch.isRepeatable()).isTrue();
        batch.stale();
        tags(batch.take());
        tries("PBES");
        assertThat(batch.isTried()).isTrue();
    }

    // --- both -----------------------------------------------------------------------------------

    @Test
    void keepsOneCopyForBoth() {
        tries("PBES");
        long once = used();
        records("PBES");
        assertThat(used()).isEqualTo(once);
        assertThat(batch.isTried()).isTrue();
        assertThat(batch.isRepeatable()).isTrue();
        holds('1', 10);
        batch.stale();
        assertThat(used()).isEqualTo(once);
        assertThat(tags(batch.take())).isEqualTo("PBES");
    }

    @Test
    void mayBeRefusedThoughItsStatementIsThere() {
        tries("PBES");
        records("PBES");
        batch.refused();
        assertThat(tags(batch.take())).isEqualTo("PBES");
        assertThat(batch.statement()).isNull();
    }

    @Test
    void isTakenOnlyIfItIsToRunAgain() {
        tries("Q");
        assertThatThrownBy(batch::take).isInstanceOf(AssertionError.class);
    }

    /** Whatever happens, in whatever order: nothing is left behind, and no more than one copy. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void holdsAtMostOneCopy(long seed) {
        var random = new Random(seed);
        int most = 0;
        for (int i = 0; i < 20_000; i++) {
            step(random);
            most = (int) Math.max(most, used());
        }
        assertThat(most).isBetween(100, 2 * Batch.RECORDED_BYTES_MAX);
    }

    private void step(Random random) {
        boolean free = !batch.isRefused() && !batch.isStale();
        switch (random.nextInt(9)) {
            case 0 -> {
                if (free) {
                    tries("PBES");
                }
            }
            case 1 -> {
                if (free) {
                    batch.parsesKnown(NAME);
                    pass("P");
                }
            }
            case 2, 3 -> {
                if (free) {
                    pass(String.valueOf("PBDES".charAt(random.nextInt(5))));
                }
            }
            case 4 -> holds("12TDZ".charAt(random.nextInt(5)), 10);
            case 5 -> {
                ByteBuf held = free ? batch.answered() : null;
                if (held != null) {
                    held.release();
                }
            }
            case 6 -> {
                if (batch.isTried()) {
                    batch.refused();
                }
            }
            case 7 -> {
                if (batch.isRepeatable()) {
                    batch.stale();
                }
            }
            default -> {
                if (!free) {
                    tags(batch.take());
                }
            }
        }
    }
}
