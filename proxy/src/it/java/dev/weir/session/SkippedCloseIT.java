package dev.weir.session;

import dev.weir.config.PoolMode;
import dev.weir.session.StatementWalk.Step;
import dev.weir.support.Rig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names of statements whose Parse or Close the server skips since its batch has failed, while
 * younger messages are on their way.
 */
final class SkippedCloseIT {
    @RegisterExtension
    static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_prepared_statements = 2");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    private static final String OLD = "select 'old'";
    private static final String NEW = "select 'new'";

    private static final Step SYNC = Step.sync();
    private static final Step FAILS = Step.run("nope");
    private static final Step FAILS_TOO = Step.extended("select 1/0");
    private static final Step CLOSE = Step.close("s");
    private static final Step PARSE_OLD = Step.parse("s", OLD);
    private static final Step PARSE_NEW = Step.parse("s", NEW);
    private static final Step RUN = Step.run("s");

    private final StatementWalk walk = new StatementWalk(List.of(one, two), List.of(OLD, NEW));

    @Test
    void theNewStatementRuns() {
        walk.compare(PARSE_OLD, SYNC, FAILS, CLOSE, SYNC, CLOSE, PARSE_NEW, SYNC, RUN, SYNC);
    }

    @Test
    void aNameWhoseCloseWasSkippedIsTaken() {
        walk.compare(PARSE_OLD, SYNC, FAILS, CLOSE, SYNC, PARSE_NEW, SYNC, RUN, SYNC);
    }

    @Test
    void aNameWhoseCloseWasSkippedIsKnown() {
        walk.compare(PARSE_OLD, SYNC, FAILS, CLOSE, SYNC, RUN, SYNC);
    }

    @Test
    void aNameWhoseParseWasSkippedIsFree() {
        walk.compare(FAILS, PARSE_OLD, SYNC, PARSE_NEW, SYNC, RUN, SYNC);
    }

    @Test
    void aNameIsClosedTwice() {
        walk.compare(PARSE_OLD, CLOSE, PARSE_NEW, CLOSE, SYNC, RUN, SYNC, CLOSE, SYNC);
    }

    @Test
    void aBlockThatFailsTakesNoNameBack() {
        walk.compare(
                Step.query("begin"),
                PARSE_OLD,
                SYNC,
                FAILS_TOO,
                CLOSE,
                SYNC,
                CLOSE,
                SYNC,
                Step.query("rollback"),
                RUN,
                SYNC,
                PARSE_NEW,
                SYNC);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyOrderReadsAsPostgres(long seed) {
        walk.wander(
                seed,
                Rig.SOAK ? 1_000 : 10,
                9,
                List.of(
                        SYNC,
                        SYNC,
                        FAILS,
                        FAILS_TOO,
                        CLOSE,
                        CLOSE,
                        PARSE_OLD,
                        PARSE_NEW,
                        RUN,
                        RUN,
                        Step.describe("s"),
                        Step.query("begin"),
                        Step.query("rollback"),
                        Step.query("select 1/0"),
                        Step.parse("s", "select nope")));
    }
}
