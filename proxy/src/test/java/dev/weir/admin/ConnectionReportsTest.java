package dev.weir.admin;

import static dev.weir.admin.Examples.ACTIVE;
import static dev.weir.admin.Examples.IDLE;
import static dev.weir.admin.Examples.LEASED;
import static dev.weir.admin.Examples.REPLICATING;
import static dev.weir.admin.Examples.REPLICATION;
import static dev.weir.admin.Examples.WAITING;
import static dev.weir.admin.Rendered.ago;
import static dev.weir.admin.Rendered.clock;
import static dev.weir.admin.Rendered.record;
import static dev.weir.admin.Rendered.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What SHOW says of hand-made clients and server connections. */
@NullMarked
final class ConnectionReportsTest {
    @Test
    void showsAClient() {
        Table table = SocketReports.table(List.of(SocketRow.of(ACTIVE)), clock());

        assertThat(record(table, 0))
                .isEqualTo(
                        """
                        type: C
                        user: alice
                        database: app
                        replication: none
                        state: active
                        addr: 192.0.2.1
                        port: 40000
                        local_addr: 192.0.2.1
                        local_port: 6543
                        connect_time: %s
                        request_time: %s
                        wait: 0
                        wait_us: 0
                        close_needed: 0
                        ptr: %s
                        link: %s
                        remote_pid: 0
                        tls: TLSv1.3/X
                        application_name: billing
                        prepared_statements: 3
                        id: 17
                        """
                                .formatted(
                                        ago(60),
                                        ago(2),
                                        Shown.pointer(false, 17),
                                        Shown.pointer(true, 4)));
    }

    @Test
    void showsHowLongAClientHasWaited() {
        String row = record(SocketReports.table(List.of(SocketRow.of(WAITING)), clock()), 0);

        assertThat(row).contains("state: waiting\n", "wait: 1\nwait_us: 250000\n", "link: \n");
    }

    @Test
    void showsAServer() {
        Table table = SocketReports.table(List.of(SocketRow.of(LEASED)), clock());

        assertThat(record(table, 0))
                .isEqualTo(
                        """
                        type: S
                        user: worker
                        database: app
                        replication: none
                        state: active
                        addr: 192.0.2.1
                        port: 5433
                        local_addr: 192.0.2.1
                        local_port: 50000
                        connect_time: %s
                        request_time: %s
                        wait: 0
                        wait_us: 0
                        close_needed: 0
                        ptr: %s
                        link: %s
                        remote_pid: 4711
                        tls:\s
                        application_name: billing
                        prepared_statements: 2
                        id: 4
                        """
                                .formatted(
                                        ago(3_000),
                                        ago(2),
                                        Shown.pointer(true, 4),
                                        Shown.pointer(false, 17)));
    }

    @Test
    void serverThatNobodyHoldsWasAskedLastWhenItWasGivenBack() {
        String row = record(SocketReports.table(List.of(SocketRow.of(IDLE)), clock()), 0);

        assertThat(row).contains("state: idle\n", "request_time: " + ago(20) + '\n', "link: \n");
    }

    @Test
    void showsReplication() {
        List<SocketRow> both = List.of(SocketRow.of(REPLICATION), SocketRow.of(REPLICATING));
        Table table = SocketReports.table(both, clock());

        assertThat(record(table, 0)).contains("replication: physical\n");
        assertThat(record(table, 1))
                .contains("replication: physical\n", "request_time: " + ago(20) + '\n')
                .contains("link: " + Shown.pointer(false, 5) + '\n');
    }

    @Test
    void socketsHaveWordsOfTheirOwn() {
        List<SocketRow> all =
                List.of(SocketRow.of(ACTIVE), SocketRow.of(LEASED), SocketRow.of(IDLE));
        Table table = SocketReports.debugTable(all, clock());

        assertThat(record(table, 0)).contains("state: cl_active\n");
        assertThat(record(table, 1)).contains("state: sv_active\n");
        assertThat(record(table, 2)).contains("state: sv_idle\n");
        assertThat(record(table, 0))
                .endsWith(
                        """
                        recv_pos: 12
                        pkt_pos: 0
                        pkt_remain: 0
                        send_pos: 0
                        send_remain: 0
                        pkt_avail: 12
                        send_avail: 0
                        """);
    }

    @Test
    void socketIsActiveWhileSomethingIsOnItsWay() {
        assertThat(SocketRow.of(ACTIVE).isActive()).isTrue();
        assertThat(SocketRow.of(LEASED).isActive()).isTrue();
        assertThat(SocketRow.of(WAITING).isActive()).isFalse();
    }

    @Test
    void showsSessionsWithoutReplication() {
        Table table = ClientReports.sessionTable(List.of(ACTIVE, WAITING, REPLICATION), clock());

        assertThat(rows(table))
                .containsExactly(
                        "17|alice|app|worker|active|0|4|4711|LISTEN,ADVISORY_LOCK|read|3|2000000"
                                + "|5000000|"
                                + ago(60)
                                + "|jobs,news|billing|192.0.2.1",
                        "18|bob|app|worker|waiting|1250000|NULL|NULL||NULL|0|1250000|0|"
                                + ago(10)
                                + "|||192.0.2.1");
    }

    @Test
    void showsWhoIsPinned() {
        Table table = ClientReports.pinTable(List.of(ACTIVE, WAITING), clock());

        assertThat(rows(table))
                .containsExactly("17|alice|app|LISTEN,ADVISORY_LOCK|" + ago(30) + "|4|4711");
    }

    @Test
    void showsFiles() {
        Table table =
                FileReport.table(
                        List.of(ACTIVE, WAITING, REPLICATION), List.of(LEASED, IDLE, REPLICATING));

        assertThat(rows(table))
                .containsExactly(
                        "31|client|alice|app|192.0.2.1|40000|0|52|UTF8|on|ISO, MDY|Europe/Berlin"
                                + "|NULL|NULL|NULL",
                        "32|client|bob|app|192.0.2.1|40001|0|0|NULL|NULL|NULL|NULL"
                                + "|NULL|NULL|NULL",
                        "52|server|worker|app|192.0.2.1|5433|0|31|UTF8|on|ISO, MDY"
                                + "|Europe/Berlin|NULL|NULL|NULL",
                        "52|server|worker|app|192.0.2.1|5433|0|0|UTF8|on|ISO, MDY"
                                + "|Europe/Berlin|NULL|NULL|NULL",
                        "52|server|worker|app|192.0.2.1|5433|0|0|UTF8|on|ISO, MDY"
                                + "|Europe/Berlin|NULL|NULL|NULL");
    }
}
