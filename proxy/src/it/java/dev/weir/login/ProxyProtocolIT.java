package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load balancer says where the client is. */
class ProxyProtocolIT {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    @TempDir private Path folder;

    private Rig rig(String... settings) {
        Path hba =
                LoginAttempt.write(
                        folder.resolve("hba"),
                        """
                        host app all 203.0.113.7/32 trust
                        host app all 2001:db8::7/128 trust
                        host pgbouncer all all trust
                        """);
        String[] all = java.util.Arrays.copyOf(settings, settings.length + 3);
        all[settings.length] = "auth_type = hba";
        all[settings.length + 1] = "auth_hba_file = " + hba;
        all[settings.length + 2] = "admin_users = boss";
        return Rig.with(LoginAttempt.entry("app"), all);
    }

    private Rig trusting() {
        return rig("proxy_protocol = 1", "trusted_networks = 10.0.0.0/8, 127.0.0.0/8");
    }

    private static byte[] header(String text) {
        return text.startsWith("PROXY")
                ? (text + "\r\n").getBytes(StandardCharsets.US_ASCII)
                : HexFormat.of().parseHex(SIGNATURE + text);
    }

    private static String login(WireClient client, String header) {
        try {
            client.send(header(header));
            client.login("bob", "app");
            client.query("select 1");
            return LoginAttempt.IN;
        } catch (ServerError e) {
            return String.valueOf(e.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 203.0.113.7 192.0.2.1 5000 6432",
                "PROXY TCP6 2001:db8::7 2001:db8::1 5000 6432",
                // version 2, PROXY, TCP over IPv4: 12 bytes
                "2111000ccb007107c0000201" + "13881920",
                // TCP over IPv6: 36 bytes
                "2121002420010db800000000000000000000000720010db8000000000000000000000001"
                        + "13881920"
            })
    void theRulesSeeTheClient(String header) {
        String real =
                header.contains("PROXY TCP4") || header.startsWith("2111")
                        ? "203.0.113.7"
                        : "2001:db8:";
        try (Rig rig = trusting()) {
            try (WireClient client = rig.connect();
                    WireClient console = rig.connect()) {
                assertThat(login(client, header)).isEqualTo(LoginAttempt.IN);
                console.send(header("PROXY TCP4 198.51.100.1 192.0.2.1 1 2"));
                console.login("boss", "pgbouncer");
                assertThat(console.query("SHOW CLIENTS"))
                        .extracting(Message::toString)
                        .anyMatch(row -> row.contains(real) && row.contains("5000"))
                        .anyMatch(row -> row.contains("198.51.100.1"));
            }
            rig.awaitEmpty();
        }
    }

    @Test
    void anotherClientIsRefusedInItsOwnName() {
        try (LogLines lines = LogLines.beginAt(Level.DEBUG);
                Rig rig = trusting();
                WireClient client = rig.connect()) {
            assertThat(login(client, "PROXY TCP4 198.51.100.9 192.0.2.1 5000 6432"))
                    .contains("no entry of auth_hba_file for host \"198.51.100.9\"");
            assertThat(lines.all())
                    .anyMatch(line ->
                            line.contains("pooler error") && line.contains("198.51.100.9:5000"));
        }
    }

    /** A health check, or a balancer that does not know: its own address counts. */
    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN", "20000000"})
    void theBalancerMaySpeakForItself(String header) {
        try (Rig rig = trusting();
                WireClient client = rig.connect()) {
            assertThat(login(client, header)).contains("host \"127.0.0.1\"");
        }
    }

    /** One who is trusted and sends none, or half of one, is not let in as the balancer. */
    @Test
    void withoutAHeaderNobodyComesIn() {
        try (LogLines lines = LogLines.beginAt(Level.DEBUG);
                Rig rig = trusting()) {
            for (String bytes :
                    List.of("PROXY TCP4 999.1.1.1 1.1.1.1 1 2", "PROXY TCP4 x", "21110001ff")) {
                try (WireClient client = rig.connect()) {
                    client.send(header(bytes));
                    assertThat(client.isClosedByPeer(WireClient.TIMEOUT)).isTrue();
                }
            }
            try (WireClient client = rig.connect()) {
                client.startup(java.util.Map.of("user", "bob", "database", "app"));
                assertThat(client.isClosedByPeer(WireClient.TIMEOUT)).isTrue();
            }
            rig.awaitEmpty();
            assertThat(lines.all()).anyMatch(line -> line.contains("proxy_header_refused"));
        }
    }

    /** Who is not trusted cannot claim an address, and needs no header. */
    @Test
    void aStrangerCannotClaimAnAddress() {
        for (String[] settings :
                List.of(
                        new String[] {"proxy_protocol = 1", "trusted_networks = 10.0.0.0/8"},
                        new String[] {"trusted_networks = 127.0.0.1"})) {
            try (Rig rig = rig(settings)) {
                try (WireClient client = rig.connect()) {
                    assertThat(login(client, "PROXY TCP4 203.0.113.7 192.0.2.1 5000 6432"))
                            .contains("invalid length of startup packet");
                }
                assertThat(LoginAttempt.tcp(rig, "bob", "app", "")).contains("host \"127.0.0.1\"");
            }
        }
    }

    @Test
    void trustedNetworksAreChecked() {
        assertThatThrownBy(() -> rig("proxy_protocol = 1"))
                .hasRootCauseMessage(
                        "test.ini: trusted_networks: empty, but proxy_protocol is on (expected:"
                                + " where the load balancers are)");
        assertThatThrownBy(() -> rig("trusted_networks = 10.0.0.0/40"))
                .hasRootCauseMessage(
                        "test.ini: trusted_networks: \"10.0.0.0/40\" (expected: an address such as"
                                + " 10.0.0.0/8 or ::1)");
    }
}
