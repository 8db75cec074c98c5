package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CommitsUnderWayTest {
    private final CommitsUnderWay commits = new CommitsUnderWay();

    @Test
    void nothingIsUnderWayAtFirst() {
        assertThat(commits.isOverSince(commits.era())).isTrue();
    }

    /** There is always one under way, and yet the read gets its turn. */
    @Test
    void theyNeverPause() {
        int last = commits.begin();
        int read = commits.era();
        for (int i = 0; i < 2; i++) {
            assertThat(commits.isOverSince(read)).isFalse();
            int next = commits.begin();
            commits.end(last);
            last = next;
        }
        assertThat(commits.isOverSince(read)).isTrue();
        assertThat(commits.isOverSince(commits.era())).isFalse();
    }

    private record Commit(int number, int era) {}

    @RepeatedTest(20)
    void readsWaitForAllThatWereUnderWay(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        List<Commit> open = new ArrayList<>();
        List<Commit> waitedFor = List.of();
        int read = 0;
        for (int i = 0; i < 10_000; i++) {
            if (open.size() < 5 && random.nextBoolean()) {
                open.add(new Commit(i, commits.begin()));
            } else if (!open.isEmpty()) {
                commits.end(open.remove(random.nextInt(open.size())).era());
            }
            if (waitedFor.isEmpty()) {
                read = commits.era();
                waitedFor = List.copyOf(open);
            } else if (commits.isOverSince(read)) {
                assertThat(open).doesNotContainAnyElementsOf(waitedFor);
                waitedFor = List.of();
            }
        }
    }
}
