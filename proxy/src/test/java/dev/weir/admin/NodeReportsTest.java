package dev.weir.admin;

import static dev.weir.admin.Rendered.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.cluster.Node;
import dev.weir.cluster.NodeReport;
import dev.weir.cluster.Standby;
import dev.weir.metrics.Readings;
import dev.weir.observe.NodeSnapshot;
import dev.weir.observe.RouteSnapshot;
import dev.weir.observe.StandbySnapshot;
import dev.weir.route.Reason;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What SHOW says of hand-made nodes. */
@NullMarked
final class NodeReportsTest {
    private static final Standby STANDBY =
            new Standby(
                    99,
                    "walreceiver",
                    "slot_2",
                    "10.0.0.6",
                    "streaming",
                    "async",
                    0x1_0000_0000L,
                    0x1_0000_0000L,
                    0x1_0000_0000L,
                    -1,
                    2_500);

    private static Node node(int index, boolean isPrimary, boolean isEligible, String whyNot) {
        return new Node(
                index,
                "pg" + index + ":5432",
                isPrimary,
                isEligible,
                !isPrimary,
                whyNot,
                0x1_0000_0028L,
                0,
                isPrimary ? 0 : 4_096,
                isPrimary ? 0 : 7_000_000,
                3,
                1,
                850_000,
                0);
    }

    private static NodeSnapshot of(
            Node node, boolean isPaused, String error, @Nullable Standby standby) {
        boolean isKnown = error.isEmpty();
        var report = new NodeReport(node, !node.isPrimary(), isPaused, isKnown, error, standby);
        return new NodeSnapshot("app", report, isKnown ? Examples.busy() : Readings.ZERO);
    }

    @Test
    void showsNodes() {
        List<NodeSnapshot> nodes =
                List.of(
                        of(node(0, true, false, ""), false, "", null),
                        of(node(1, false, true, ""), false, "", STANDBY),
                        of(node(2, false, false, "it lags"), true, "", null),
                        of(node(3, false, false, "it is down"), false, "refused", null));

        assertThat(rows(NodeReports.nodeTable(nodes)))
                .containsExactly(
                        "app|pg0:5432|primary|up|NULL|NULL|NULL|NULL|1/28|3|1|16|5|900|850"
                                + "|NULL",
                        "app|pg1:5432|replica|up|NULL|4096|7|2|1/28|3|1|16|5|900|850|NULL",
                        "app|pg2:5432|replica|out|its replay is paused; it lags|4096|7|NULL"
                                + "|1/28|3|1|16|5|900|850|NULL",
                        "app|pg3:5432|unknown|down|it is down|4096|7|NULL|NULL|3|1|0|0|0|850"
                                + "|refused");
    }

    @Test
    void showsWhoFollowsThePrimary() {
        List<StandbySnapshot> standbys =
                List.of(
                        new StandbySnapshot("app", "pg1:5432", STANDBY),
                        new StandbySnapshot("app", null, STANDBY));

        assertThat(rows(NodeReports.standbyTable(standbys)))
                .containsExactly(
                        "app|pg1:5432|99|walreceiver|10.0.0.6|slot_2|streaming|async|1/0"
                                + "|1/0|1/0|NULL|2",
                        "app|NULL|99|walreceiver|10.0.0.6|slot_2|streaming|async|1/0"
                                + "|1/0|1/0|NULL|2");
    }

    @Test
    void showsRoutes() {
        List<RouteSnapshot> routes =
                List.of(
                        new RouteSnapshot("app", "pg0:5432", Reason.MAY_WRITE, 12),
                        new RouteSnapshot("app", "pg1:5432", Reason.READ, 30));

        assertThat(rows(RouteReports.routeTable(routes)))
                .containsExactly(
                        "app|pg0:5432|primary|may_write|12|" + Reason.MAY_WRITE.sentence(),
                        "app|pg1:5432|replica|read|30|" + Reason.READ.sentence());
    }
}
