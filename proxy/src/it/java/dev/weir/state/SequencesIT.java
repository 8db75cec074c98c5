package dev.weir.state;

import static dev.weir.pgkit.Wire.bind;
import static dev.weir.pgkit.Wire.execute;
import static dev.weir.pgkit.Wire.parse;
import static dev.weir.pgkit.Wire.query;
import static dev.weir.pgkit.Wire.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.PoolMode;
import dev.weir.metrics.Metric;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code INSERT}, then {@code lastval()} in the next transaction, as PDO's lastInsertId does. */
final class SequencesIT {
    private static final Map<String, String> STARTUP = Map.of("database", "postgres");

    @RegisterExtension
    static final Rig free = Rig.shared(PoolMode.TRANSACTION, 3, "state_check = analysed");

    @RegisterExtension
    static final Rig pinning =
            Rig.shared(
                    PoolMode.TRANSACTION,
                    2,
                    "state_check = analysed",
                    "pin_sequences = 1",
                    "max_pinned = 1");

    @BeforeAll
    static void makeTables() {
        for (String sql :
                List.of(
                        "drop table if exists seq_identity, seq_serial, seq_trigger",
                        "create table seq_identity (id int generated always as identity, v int)",
                        "create table seq_serial (id serial, v int)",
                        "create table seq_trigger (id int, v int)",
                        "create sequence if not exists seq_own",
                        "create or replace function seq_next() returns trigger language plpgsql as"
                                + " $$ begin new.id := nextval('seq_own'); return new; end $$",
                        "create trigger seq_next before insert on seq_trigger for each row"
                                + " execute function seq_next()")) {
            free.execute(sql);
        }
    }

    @BeforeEach
    void knowTheCatalog() {
        for (Rig rig : List.of(free, pinning)) {
            try (WireClient client = rig.client(STARTUP)) {
                rig.awaitCatalog(client, "postgres");
            }
        }
    }

    private static List<String> ask(WireClient client, String sql) {
        client.send(query(sql));
        return client.summaries();
    }

    private static List<String> run(WireClient client, String sql) {
        client.send(parse("", sql), bind("", ""), execute("", 0), sync());
        return client.summaries();
    }

    private static String row(List<String> answers) {
        return answers.stream().filter(one -> one.startsWith("D ")).findFirst().orElse("none");
    }

    private static String insert(String table) {
        return "insert into " + table + " (v) values (1) returning id";
    }

    @ParameterizedTest
    @ValueSource(strings = {"seq_identity", "seq_serial", "seq_trigger"})
    void isAnsweredWhereAConnectionIsLeftAlone(String table) {
        try (WireClient client = free.client(STARTUP);
                WireClient first = free.client(STARTUP);
                WireClient second = free.client(STARTUP)) {
            ask(first, "begin");
            ask(second, "begin");
            ask(client, "select 1"); // three connections are open
            ask(first, "commit");
            ask(second, "commit");
            for (int i = 0; i < 20; i++) {
                String id = row(ask(client, insert(table)));
                assertThat(id).isNotEqualTo("none");
                ask(first, "begin");
                ask(second, "select 1");
                assertThat(row(ask(client, "select lastval()"))).isEqualTo(id);
                ask(second, "select 2");
                ask(first, "commit");
                assertThat(row(run(client, "select lastval()"))).isEqualTo(id);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"seq_identity", "seq_serial", "seq_trigger"})
    void isCertainWithPinSequences(String table) {
        try (WireClient client = pinning.client(STARTUP);
                WireClient other = pinning.client(STARTUP)) {
            String id = row(run(client, insert(table)));
            for (int i = 0; i < 5; i++) {
                ask(other, "begin");
                assertThat(row(ask(client, "select lastval()"))).isEqualTo(id);
                ask(other, "commit");
                assertThat(row(run(client, "select lastval()"))).isEqualTo(id);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"discard sequences", "discard all"})
    void isReleasedOnceTheValuesAreForgotten(String discard) {
        try (WireClient client = pinning.client(STARTUP);
                WireClient other = pinning.client(STARTUP)) {
            ask(client, insert("seq_serial"));
            other.send(query(insert("seq_serial")));
            awaitWaiting(1);
            assertThat(ask(client, "discard plans")).contains("Z I");
            assertThat(ask(client, "select 1; discard sequences; select 1/0")).contains("Z I");
            awaitWaiting(1);
            assertThat(run(client, discard)).endsWith("Z I");
            assertThat(row(other.summaries())).isNotEqualTo("none");
        }
    }

    private static void awaitWaiting(int count) {
        pinning.awaitCounts(now -> assertThat(now.get(Metric.WAITING_CLIENTS)).isEqualTo(count));
    }

    @Test
    void isReleasedWhenItsClientLeaves() {
        try (WireClient other = pinning.client(STARTUP)) {
            try (WireClient client = pinning.client(STARTUP)) {
                ask(client, "select nextval('seq_own')");
                other.send(parse("", insert("seq_identity")), bind("", ""));
                other.send(execute("", 0), sync());
                awaitWaiting(1);
            }
            assertThat(row(other.summaries())).isNotEqualTo("none");
        }
    }

    @Test
    void nobodySeesWhatAnotherClientInserted() {
        try (WireClient client = free.client(STARTUP);
                WireClient other = free.client(STARTUP)) {
            ask(client, insert("seq_serial"));
            for (int i = 0; i < 5; i++) {
                assertThat(ask(other, "select lastval()")).anyMatch(one -> one.contains("55000"));
            }
        }
    }
}
