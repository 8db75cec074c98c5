package dev.weir.route;

import static dev.weir.route.RouteWorld.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommitWatchTest {
    private static final int SEGMENT_BYTES = 16 << 20;
    private static final String INSERT = "INSERT INTO t VALUES (1)";

    private final CausalToken token = new CausalToken();
    private final CommitWatch commits = new CommitWatch(token, () -> 5);

    private void batch(Standing at, String... texts) {
        commits.batch(demand(texts), false, at);
    }

    private CommitWatch.Question ask() {
        return commits.ask(SEGMENT_BYTES, 1);
    }

    /** What a read that comes now must see. */
    private long required() {
        return token.required(new Topology(List.of(), -1, SEGMENT_BYTES), token.arrive(), 0);
    }

    private boolean isUnderWay() {
        return required() == CausalToken.UNDER_WAY;
    }

    @ParameterizedTest
    @ValueSource(strings = {INSERT, "TRUNCATE t", "SELECT my_volatile()", "TABLE writing_view"})
    void asksRightBehindAStatementThatCommits(String text) {
        batch(Standing.BETWEEN, text);
        assertThat(commits.isSure()).isTrue();
        assertThat(isUnderWay()).isTrue();
        RouteWorld.answer(ask(), 700);
        assertThat(required()).isEqualTo(700);
        assertThat(commits.isDue()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 1", "TABLE t", "SHOW work_mem", "SET work_mem = 64", "BEGIN"})
    void asksNothingBehindWhatChangesNothing(String text) {
        batch(Standing.BETWEEN, text);
        assertThat(commits.isDue()).isFalse();
        assertThat(isUnderWay()).isFalse();
    }

    @Test
    void asksBehindAReadThatMustBeKnown() {
        commits.batch(demand("SELECT 1"), true, Standing.BETWEEN);
        assertThat(commits.isSure()).isTrue();
    }

    @Test
    void asksBehindTheCommitOfABlock() {
        batch(Standing.IN_BLOCK, INSERT);
        assertThat(commits.isSure()).isFalse();
        assertThat(isUnderWay()).isFalse();
        batch(Standing.IN_BLOCK, "SELECT 1");
        batch(Standing.IN_BLOCK, "COMMIT");
        assertThat(commits.isSure()).isTrue();
        assertThat(isUnderWay()).isTrue();
    }

    @Test
    void asksNothingBehindTheRollbackOfABlock() {
        batch(Standing.IN_BLOCK, INSERT);
        batch(Standing.IN_BLOCK, "ROLLBACK");
        assertThat(commits.isDue()).isFalse();
        assertThat(isUnderWay()).isFalse();
    }

    @Test
    void asksOnceAllIsAnsweredIfItCannotBeSure() {
        batch(Standing.OWING, INSERT);
        assertThat(commits.isSure()).isFalse();
        assertThat(commits.isDue()).isTrue();
        assertThat(isUnderWay()).isTrue();
        RouteWorld.answer(ask(), 700);
        assertThat(required()).isEqualTo(700);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY t FROM STDIN",
                "BEGIN; INSERT INTO t VALUES (1)",
                "INSERT INTO t VALUES (1); SAVEPOINT a",
            })
    void isNotSureBehindWhatMayLeaveSomethingOpen(String text) {
        batch(Standing.BETWEEN, text);
        assertThat(commits.isSure()).isFalse();
        assertThat(commits.isDue()).isTrue();
    }

    @Test
    void isNotSureBehindABatchThatGoesOn() {
        commits.batch(demand(null, false, INSERT), false, Standing.BETWEEN);
        assertThat(commits.isSure()).isFalse();
        assertThat(commits.isDue()).isTrue();
    }

    @Test
    void isNotSureBehindACommitAmongOthers() {
        batch(Standing.IN_BLOCK, INSERT);
        batch(Standing.IN_BLOCK, "COMMIT", "SELECT 1");
        assertThat(commits.isSure()).isFalse();
        assertThat(isUnderWay()).isTrue();
    }

    @Test
    void nothingWasCommittedIfTheBlockIsStillOpen() {
        batch(Standing.IN_BLOCK, INSERT);
        batch(Standing.IN_BLOCK, "SAVEPOINT a");
        assertThat(isUnderWay()).isTrue();
        assertThat(commits.staysOpen()).isFalse();
        assertThat(isUnderWay()).isFalse();
        assertThat(commits.isDue()).isTrue();
        batch(Standing.IN_BLOCK, "COMMIT");
        assertThat(commits.isSure()).isTrue();
    }

    @Test
    void thePositionIsLostIfAnotherBlockIsOpenByThen() {
        batch(Standing.IN_BLOCK, INSERT);
        batch(Standing.IN_BLOCK, "COMMIT AND CHAIN");
        assertThat(commits.isSure()).isFalse();
        assertThat(commits.staysOpen()).isTrue();
        assertThat(isUnderWay()).isTrue();
        assertThat(commits.isDue()).isTrue();
    }

    @Test
    void aBlockThatWasNeverToEndStaysOpen() {
        batch(Standing.IN_BLOCK, INSERT);
        assertThat(commits.staysOpen()).isFalse();
        assertThat(commits.isDue()).isTrue();
    }

    @Test
    void aCommitThatFailedHasNoPosition() {
        batch(Standing.BETWEEN, INSERT);
        ask().failed();
        assertThat(isUnderWay()).isTrue();
    }

    @Test
    void anAnswerWithoutAPositionIsNone() {
        batch(Standing.BETWEEN, INSERT);
        CommitWatch.Question question = ask();
        question.succeeded();
        assertThat(isUnderWay()).isTrue();
    }

    @Test
    void aCommitOfALostConnectionIsLostOnce() {
        batch(Standing.BETWEEN, INSERT);
        CommitWatch.Question question = ask();
        commits.lost();
        question.failed();
        assertThat(isUnderWay()).isTrue();
        assertThat(commits.isDue()).isFalse();
        batch(Standing.BETWEEN, INSERT);
        commits.lost();
        commits.lost();
        assertThat(commits.isDue()).isFalse();
    }

    @Test
    void whatWasAnsweredIsNotLost() {
        batch(Standing.BETWEEN, INSERT);
        RouteWorld.answer(ask(), 700);
        commits.lost();
        assertThat(required()).isEqualTo(700);
    }
}
