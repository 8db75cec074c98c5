package dev.weir.state;

import static dev.weir.pgkit.Wire.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings that PostgreSQL takes only from a startup packet. */
final class StartupOnlyIT {
    @RegisterExtension
    static final Rig transactions = Rig.shared(PoolMode.TRANSACTION, 2, "max_pinned = 1");

    @RegisterExtension static final Rig sessions = Rig.shared(PoolMode.SESSION, 2);

    private static Map<String, String> options(String options) {
        return Map.of("database", "postgres", "options", options);
    }

    private static String show(WireClient client, String name) {
        return client.query("show " + name).stream()
                .filter(message -> message.tag() == 'D')
                .map(Message::summary)
                .findFirst()
                .orElse("nothing");
    }

    /** The setting in a later transaction, and another one that came with it; or the error. */
    private static String outcome(Supplier<WireClient> login, String name) {
        try (WireClient client = login.get()) {
            client.query("begin");
            client.query("commit");
            return show(client, name) + " " + show(client, "work_mem");
        } catch (ServerError e) {
            return e.sqlState();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "-c ignore_system_indexes=on, ignore_system_indexes",
        "-P, ignore_system_indexes",
        "-W 0, post_auth_delay",
        "-c jit_debugging_support=on, jit_debugging_support",
        "-c jit_profiling_support=on, jit_profiling_support",
        "-c log_disconnections=on, log_disconnections",
        "-c IGNORE_SYSTEM_INDEXES=on, ignore_system_indexes",
        "-c ignore_system_indexes=perhaps, ignore_system_indexes",
        "-c local_preload_libraries=there_is_none, local_preload_libraries",
    })
    void isWhatItIsOnADirectConnection(String option, String name) {
        Map<String, String> startup = options(option + " -c work_mem=7MB");
        String direct = outcome(() -> transactions.direct(startup), name);
        for (Rig rig : List.of(transactions, sessions)) {
            try (WireClient other = rig.client(Map.of("database", "postgres"))) {
                String usual = show(other, name);
                assertThat(outcome(() -> rig.client(startup), name)).isEqualTo(direct);
                assertThat(outcome(() -> rig.client(startup), name)).isEqualTo(direct);
                assertThat(show(other, name)).isEqualTo(usual);
            }
        }
    }

    @Test
    void aConnectionOfOnesOwnCountsAsPinned() {
        try (WireClient second = transactions.client(options("-P"))) {
            try (WireClient first = transactions.client(options("-P"))) {
                assertThat(show(first, "ignore_system_indexes")).isEqualTo("D on");
                second.send(query("show ignore_system_indexes"));
                transactions.awaitCounts(
                        now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(1));
                try (WireClient other = transactions.client(Map.of("database", "postgres"))) {
                    assertThat(show(other, "ignore_system_indexes")).isEqualTo("D off");
                }
            }
            assertThat(second.summaries()).contains("D on", "Z I");
        }
    }
}
