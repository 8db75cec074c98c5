package dev.weir.session;

import static dev.weir.session.CommitQuestion.Outcome.COMMITTED;
import static dev.weir.session.CommitQuestion.Outcome.ROLLED_BACK;
import static dev.weir.session.CommitQuestion.Outcome.RUNNING;
import static dev.weir.session.CommitQuestion.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.LogHistory;
import java.util.Arrays;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an answer says of a COMMIT that was sent at 500 on timeline 3, recovered to 100. */
@NullMarked
final class CommitQuestionTest {
    private static final CommitQuestion QUESTION =
            new CommitQuestion(new LogHistory(77, 3, 100, 4), 4711, 500, false);

    private static CommitQuestion.Outcome outcome(
            long timeline, long recoveredTo, boolean isStreamed, @Nullable String status) {
        var now = new LogHistory(77, timeline, recoveredTo, 4);
        return QUESTION.outcome(now, isStreamed, status, false);
    }

    @ParameterizedTest
    @CsvSource({
        "100, committed, COMMITTED",
        "100, aborted, ROLLED_BACK",
        "100, in progress, RUNNING",
        "100, , RUNNING",
        "-1, committed, COMMITTED",
        "-1, aborted, ROLLED_BACK",
        "-1, in progress, RUNNING"
    })
    void trustsTheNumberOnAServerThatHasLostNothing(
            long recoveredTo, @Nullable String status, CommitQuestion.Outcome expected) {
        assertThat(outcome(3, recoveredTo, false, status)).isEqualTo(expected);
    }

    /** Its number may have been given to somebody else, who has committed. */
    @ParameterizedTest
    @CsvSource({"3, 400", "3, 500", "4, 400", "4, 500"})
    void trustsNoNumberBeyondWhatIsThere(long timeline, long recoveredTo) {
        for (String status : Arrays.asList("committed", "aborted", "in progress", null)) {
            assertThat(outcome(timeline, recoveredTo, true, status)).isEqualTo(ROLLED_BACK);
        }
    }

    @ParameterizedTest
    @CsvSource({"3, false", "3, true", "4, true"})
    void trustsTheNumberThatIsInTheLog(long timeline, boolean isStreamed) {
        assertThat(outcome(timeline, 501, isStreamed, "committed")).isEqualTo(COMMITTED);
        assertThat(outcome(timeline, 501, isStreamed, "aborted")).isEqualTo(ROLLED_BACK);
        assertThat(outcome(timeline, 501, isStreamed, null)).isEqualTo(ROLLED_BACK);
        assertThat(outcome(timeline, 501, isStreamed, "in progress")).isEqualTo(UNKNOWN);
    }

    /** A transaction that wrote to unlogged tables only has left its number in no log. */
    @Test
    void trustsNoNumberThatMayBeInNoLog() {
        var now = new LogHistory(77, 4, 501, 4);
        assertThat(QUESTION.outcome(now, true, "committed", true)).isEqualTo(UNKNOWN);
        assertThat(QUESTION.outcome(now, true, "aborted", true)).isEqualTo(ROLLED_BACK);
    }

    /** The log was made to name it, so its number cannot have been given to another. */
    @Test
    void trustsTheNumberThatTheLogNames() {
        var marked = new CommitQuestion(QUESTION.history(), 4711, 500, true);
        var now = new LogHistory(77, 4, 501, 4);
        assertThat(marked.outcome(now, true, "committed", true)).isEqualTo(COMMITTED);
        assertThat(marked.outcome(now, true, "aborted", true)).isEqualTo(ROLLED_BACK);
        var cut = new LogHistory(77, 4, 500, 4);
        assertThat(marked.outcome(cut, true, "committed", true)).isEqualTo(ROLLED_BACK);
    }

    @Test
    void knowsNothingOfOtherHistories() {
        assertThat(outcome(5, 501, true, "committed")).as("two promotions").isEqualTo(UNKNOWN);
        assertThat(outcome(2, 501, true, "committed")).as("an older timeline").isEqualTo(UNKNOWN);
        assertThat(outcome(4, 501, false, "committed"))
                .as("it crashed after its promotion, and has forgotten where that was")
                .isEqualTo(UNKNOWN);
        assertThat(outcome(4, LogHistory.NONE, true, "committed"))
                .as("restarted after its promotion")
                .isEqualTo(UNKNOWN);
        var other = new LogHistory(78, 3, 100, 4);
        assertThat(QUESTION.outcome(other, false, "committed", false)).isEqualTo(UNKNOWN);
    }

    @Test
    void readsAnswers() {
        assertThat(CommitQuestion.history(Arrays.asList("77", "3", "0/64", "t", "4")))
                .isEqualTo(new LogHistory(77, 3, 100, 4));
        assertThat(CommitQuestion.history(Arrays.asList("77", "3", null, "t", "3")))
                .isEqualTo(new LogHistory(77, 3, LogHistory.NONE, 3));
        assertThat(CommitQuestion.history(Arrays.asList("77", "3", null, "f", "4"))).isNull();

        assertThat(answer("f", "77", "3", "0/64", "f", "committed", "f", "f")).isEqualTo(COMMITTED);
        assertThat(answer("f", "77", "3", "0/64", "f", "in progress", "f", "f")).isEqualTo(RUNNING);
        assertThat(answer("f", "77", "4", "0/64", "t", "committed", "f", "f"))
                .isEqualTo(ROLLED_BACK);
        assertThat(answer("f", "77", "4", "0/1F5", "t", "committed", "t", "f")).isEqualTo(UNKNOWN);
        assertThat(answer("t", "77", "3", "0/64", "f", "committed", "f", "f"))
                .as("a standby")
                .isEqualTo(UNKNOWN);
        assertThat(CommitQuestion.isAnswer(Arrays.asList(""))).as("of pg_sleep").isFalse();
    }

    private static CommitQuestion.Outcome answer(String... columns) {
        String[] row = new String[columns.length + 1];
        row[0] = "weir_commit";
        System.arraycopy(columns, 0, row, 1, columns.length);
        assertThat(CommitQuestion.isAnswer(Arrays.asList(row))).isTrue();
        return QUESTION.outcome(Arrays.asList(row));
    }
}
