package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.RecentCommits.Lost;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many commits are said to be lost, and how many are. */
@NullMarked
final class RecentCommitsTest {
    private static final long SLICE = RecentCommits.SLICE_NANOS;

    private final RecentCommits commits = new RecentCommits();

    @Test
    void tellsWhatIsLostForCertainFromWhatIsPerhaps() {
        commits.told(1, 100, 200, 1, SLICE);
        commits.told(1, 150, 400, 1, 3 * SLICE);
        commits.told(1, 300, 500, 1, 5 * SLICE);
        assertThat(commits.lost(2, 300)).isEqualTo(new Lost(1, 2));
        assertThat(commits.lost(2, 300)).as("they are counted once").isEqualTo(new Lost(0, 0));
    }

    @Test
    void losesNothingThatTheNewTimelineHas() {
        commits.told(3, 100, 300, 1, SLICE);
        commits.told(2, 10, 90, 2, 2 * SLICE);
        assertThat(commits.lost(2, 300)).isEqualTo(new Lost(0, 0));
        assertThat(commits.lost(3, 0)).as("of the new one itself").isEqualTo(new Lost(0, 2));
    }

    @Test
    void knowsNothingOfATimelineThatIsNotTheLast() {
        commits.told(3, 100, 300, 1, SLICE);
        assertThat(commits.lost(3, 50)).isEqualTo(new Lost(0, 3));
    }

    /** Where nobody asked for the end of the log behind a commit, the next look tells it. */
    @Test
    void aLookAtThePrimaryTellsWhereCommitsEnd() {
        commits.told(1, 100, RecentCommits.UNKNOWN, 1, SLICE);
        assertThat(commits.reaches(250, 1, SLICE)).as("begun as it was told").isEqualTo(250);
        assertThat(commits.reaches(260, 1, SLICE + 1)).isEqualTo(260);
        commits.told(1, 260, RecentCommits.UNKNOWN, 1, SLICE + 2);
        assertThat(commits.lost(2, 260)).as("both are in one slice").isEqualTo(new Lost(0, 2));

        commits.told(1, 100, RecentCommits.UNKNOWN, 2, SLICE + 2);
        commits.told(1, 100, 150, 2, 3 * SLICE);
        commits.reaches(260, 2, 4 * SLICE);
        assertThat(commits.lost(3, 260)).as("behind others").isEqualTo(new Lost(0, 0));
    }

    /** The loops learn of the new primary before they are asked what the old one had. */
    @Test
    void theLastLookAtTheOldPrimaryCountsThoughTheNewOneWasSeenFirst() {
        commits.told(1, 100, RecentCommits.UNKNOWN, 1, SLICE);
        assertThat(commits.reaches(180, 2, 9 * SLICE)).isEqualTo(180);
        commits.reaches(200, 1, 3 * SLICE);
        assertThat(commits.reaches(180, 2, 9 * SLICE))
                .as("the old log says nothing of the new one")
                .isEqualTo(180);
        assertThat(commits.lost(2, 200)).isEqualTo(new Lost(0, 0));
    }

    /** A log with gaps, several who commit, and a fork anywhere: also far in the past. */
    @ParameterizedTest
    @ValueSource(ints = {10, 1_000, 20_000})
    void whatIsLostIsBetweenTheBounds(int number) {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var recent = new RecentCommits();
            List<Long> records = new ArrayList<>();
            long log = 1_000;
            long now = 1;
            long polled = 0;
            long polledLsn = log;
            for (int i = 0; i < number; i++) {
                long from = recent.reaches(polledLsn, 1, polled);
                log += random.nextInt(200);
                long record = log += 40;
                log += random.nextInt(100);
                now += random.nextInt((int) SLICE);
                recent.told(1, from, random.nextInt(4) > 0 ? log : RecentCommits.UNKNOWN, 1, now);
                records.add(record);
                if (random.nextInt(20) == 0) {
                    polled = now += 1;
                    polledLsn = log;
                }
            }
            long fork = 1_000 + (long) (random.nextDouble() * (log - 1_000));
            long truth = records.stream().filter(at -> at > fork).count();
            Lost lost = recent.lost(2, fork);
            assertThat(truth).as("seed %d", seed).isBetween(lost.min(), lost.max());
        }
    }

    /** What was committed last is what is lost, if anything is: of this the bounds are close. */
    @Test
    void theBoundsAreCloseForWhatIsRecent() {
        for (int i = 0; i < 100_000; i++) {
            commits.told(1, i * 10L, i * 10L + 10, 1, i * SLICE / 10);
        }
        Lost lost = commits.lost(2, 999_000);
        assertThat(100L).isBetween(lost.min(), lost.max());
        assertThat(lost.max() - lost.min()).isLessThanOrEqualTo(11);
    }
}
