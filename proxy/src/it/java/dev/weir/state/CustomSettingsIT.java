package dev.weir.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings such as app.tenant: {@code custom_settings = shared}, and strict. */
final class CustomSettingsIT {
    @RegisterExtension static final Rig shared = Rig.shared(PoolMode.TRANSACTION, 2);

    @RegisterExtension
    static final Rig strict = Rig.shared(PoolMode.TRANSACTION, 2, "custom_settings = strict");

    private static List<String> ask(WireClient client, String sql) {
        return client.query(sql).stream()
                .filter(message -> message.tag() == 'D' || message.tag() == 'E')
                .map(Message::summary)
                .toList();
    }

    @Test
    void aTenantOfOneIsNoTenantOfAnother() {
        WireClient a = shared.client();
        WireClient b = shared.client();
        a.query("set app.tenant = 't1'");
        assertThat(ask(b, "select nullif(current_setting('app.tenant', true), '') is null"))
                .containsExactly("D t");
        assertThat(ask(a, "show app.tenant")).containsExactly("D t1");
    }

    @Test
    void aTenantOfOneIsUnknownToAnother() {
        WireClient a = strict.client();
        WireClient b = strict.client();
        a.query("set app.tenant_id = 't1'");
        assertThat(ask(b, "select current_setting('app.tenant_id', true) is null"))
                .containsExactly("D t");
        assertThat(ask(b, "show app.tenant_id"))
                .first()
                .asString()
                .startsWith("E 42704 unrecognized");
        assertThat(ask(a, "show app.tenant_id")).containsExactly("D t1");
    }

    /** What row level security is used with everywhere, by clients that come and go. */
    @Test
    void aSettingOfATransactionCostsNoConnection() {
        Set<String> servers = new HashSet<>();
        try (WireClient client = shared.client()) {
            shared.awaitCatalog(client, "postgres");
        }
        shared.awaitEmpty(); // what it may have left is wiped
        long wipes = shared.counts().get(Metric.WIPES);
        for (int i = 0; i < 40; i++) {
            try (WireClient client = shared.client()) {
                client.query("begin");
                client.query("set local request.role = 'r" + i + "'");
                client.send(
                        Wire.parse("", "select set_config('request.claims', $1, true)", 25),
                        Wire.bind("", "", "claims " + i),
                        Wire.execute("", 0),
                        Wire.sync());
                client.readUntilReady();
                assertThat(ask(client, "select current_setting('request.claims')"))
                        .containsExactly("D claims " + i);
                servers.addAll(ask(client, "select pg_backend_pid()"));
                client.query("commit");
                assertThat(
                                ask(
                                        client,
                                        "select nullif(current_setting('request.claims', true),"
                                                + " '')"))
                        .containsExactly("D \\N");
            }
        }
        assertThat(servers).hasSizeLessThanOrEqualTo(2);
        assertThat(shared.counts().get(Metric.WIPES)).as("wipes").isEqualTo(wipes);
    }

    /** Nor does one of the session: the connection is given back what it had. */
    @Test
    void aSettingOfASessionCostsNoConnection() {
        Set<String> servers = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            try (WireClient client = shared.client()) {
                assertThat(ask(client, "select nullif(current_setting('app.tenant', true), '')"))
                        .containsExactly("D \\N");
                client.query("set app.tenant = 't" + i + "'");
                assertThat(ask(client, "show app.tenant")).containsExactly("D t" + i);
                servers.addAll(ask(client, "select pg_backend_pid()"));
            }
        }
        assertThat(servers).hasSizeLessThanOrEqualTo(2);
    }
}
