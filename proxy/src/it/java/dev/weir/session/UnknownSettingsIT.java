package dev.weir.session;

import dev.weir.config.PoolMode;
import dev.weir.session.StatementWalk.Step;
import dev.weir.support.Rig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Parse under settings that Weir does not know at that moment: something in front of it, in its
 * batch or its block, may have changed them.
 */
final class UnknownSettingsIT {
    @RegisterExtension
    static final Rig one = Rig.shared(PoolMode.TRANSACTION, 1, "max_prepared_statements = 2");

    @RegisterExtension static final Rig two = Rig.shared(PoolMode.TRANSACTION, 2);

    private static final String DATE = "select '01/02/2020'::date::text";
    private static final String TABLE = "select place from settled";

    private static final Step SYNC = Step.sync();
    private static final Step PARSE = Step.parse("s", DATE);
    private static final Step RUN = Step.run("s");
    private static final Step FAILS = Step.extended("select 1/0");

    private final StatementWalk walk = new StatementWalk(List.of(one, two), List.of(DATE, TABLE));

    @BeforeEach
    void prepare() {
        one.execute(
                """
                create schema if not exists elsewhere;
                create table if not exists settled as select 'here' as place;
                create table if not exists elsewhere.settled as select 'elsewhere' as place;
                create or replace function day_first(boolean) returns void language plpgsql
                    as $$begin perform set_config('datestyle', 'ISO, DMY', $1); end$$;
                create or replace function move(boolean) returns void language plpgsql
                    as $$begin perform set_config('search_path', 'elsewhere', $1); end$$
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set datestyle = 'ISO, DMY'",
                "set local datestyle = 'ISO, DMY'",
                "select set_config('datestyle', 'ISO, DMY', false)",
                "select set_config('date' || 'style', 'ISO, DMY', true)",
                "do $$begin set local datestyle = 'ISO, DMY'; end$$",
                "do $$begin perform set_config('datestyle', 'ISO, DMY', false); end$$",
                "select day_first(true)",
            })
    void theMonthStaysTheMonthForOthers(String change) {
        Step set = Step.extended(change);
        walk.compare(set, PARSE, RUN, SYNC);
        walk.compare(set, PARSE, RUN, FAILS, SYNC, RUN, SYNC);
        walk.compare(PARSE, SYNC, set, RUN, SYNC);
        walk.compare(
                Step.query("begin"), set, SYNC, PARSE, RUN, SYNC, Step.query("rollback"), SYNC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set local search_path = elsewhere",
                "select set_config('search_path', 'elsewhere', true)",
                "select move(true)",
            })
    void othersStayInTheirSchema(String change) {
        Step set = Step.extended(change);
        walk.compare(set, Step.parse("s", TABLE), RUN, SYNC);
        walk.compare(
                Step.query("begin"),
                set,
                SYNC,
                Step.parse("s", TABLE),
                SYNC,
                RUN,
                SYNC,
                Step.query("commit"),
                RUN,
                SYNC);
        walk.compare(
                Step.parse("s", TABLE), SYNC, Step.query("begin"), set, RUN, SYNC, FAILS, SYNC);
    }

    @Test
    void theEndOfABlockChangesThemBack() {
        walk.compare(
                Step.query("begin"),
                Step.extended("set local datestyle = 'ISO, DMY'"),
                SYNC,
                Step.extended("commit"),
                PARSE,
                SYNC,
                RUN,
                SYNC);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyOrderReadsAsPostgres(long seed) {
        List<Step> steps = new ArrayList<>();
        for (String text : List.of(DATE, TABLE)) {
            steps.add(Step.parse("s", text));
            steps.add(Step.parse("t", text));
        }
        for (String change :
                List.of(
                        "set local datestyle = 'ISO, DMY'",
                        "set datestyle = 'ISO, MDY'",
                        "select move(true)",
                        "set search_path = elsewhere",
                        "select day_first(true)")) {
            steps.add(Step.extended(change));
            steps.add(Step.command(change));
        }
        for (Step more :
                List.of(
                        SYNC,
                        SYNC,
                        SYNC,
                        RUN,
                        RUN,
                        Step.run("t"),
                        Step.run("t"),
                        FAILS,
                        Step.close("s"),
                        Step.close("t"),
                        Step.command("begin"),
                        Step.command("commit"),
                        Step.command("rollback"),
                        Step.extended("commit"))) {
            steps.add(more);
        }
        walk.wander(seed, Rig.SOAK ? 1_000 : 8, 10, steps);
    }
}
