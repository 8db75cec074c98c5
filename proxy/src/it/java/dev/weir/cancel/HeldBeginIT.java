package dev.weir.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.metrics.Metric;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.session.ClientSnapshot;
import dev.weir.session.ClientSnapshot.Times;
import dev.weir.session.Sessions;
import dev.weir.support.Rig;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cancel requests for a transaction whose BEGIN no server knows of yet. */
final class HeldBeginIT {
    private static final String CANCELLED = "E 57014 canceling statement due to user request";
    private static final String ABORTED =
            "E 25P02 current transaction is aborted, commands ignored until end of transaction"
                    + " block";

    private Rig rig;
    private WireClient client;
    private WireClient holder;

    @BeforeEach
    void start() {
        rig =
                Rig.with(
                        "app = dbname=postgres monitor_user=postgres nodes="
                                + Rig.postgres().host()
                                + ":"
                                + Rig.postgres().port(),
                        "default_pool_size = 1");
        holder = rig.client();
        client = rig.client();
    }

    @AfterEach
    void stop() {
        client.close();
        holder.close();
        rig.awaitEmpty();
        rig.close();
    }

    private List<String> ask(String sql) {
        return client.query(sql).stream()
                .filter(message -> message.tag() != 'T')
                .map(Message::summary)
                .toList();
    }

    private void begin() {
        long before = rig.counts().get(Metric.SERVERS_ACTIVE);
        assertThat(ask("begin")).containsExactly("C BEGIN", "Z T");
        assertThat(rig.counts().get(Metric.SERVERS_ACTIVE)).isEqualTo(before);
    }

    private void cancel() {
        WireClient.cancel("127.0.0.1", rig.port(), client.processId(), client.secret());
    }

    private void awaitWaiting() {
        await().until(() -> rig.counts().get(Metric.WAITING_CLIENTS) == 1);
    }

    /** The answer is on its way to the holder before the server counts as free again. */
    private void release() {
        holder.query("commit");
        await().until(() -> rig.counts().get(Metric.SERVERS_ACTIVE) == 0);
    }

    /** The only server is another's, and the transaction's first statement is given up. */
    private void cancelTheFirst(byte[] statement) {
        holder.query("begin; select 1");
        begin();
        client.send(statement);
        awaitWaiting();
        cancel();
    }

    private long sum(ToLongFunction<Times> what) {
        long sum = 0;
        Sessions sessions = rig.weir().sessions();
        for (EventLoop loop : sessions.loops()) {
            List<ClientSnapshot> clients =
                    loop.submit(() -> sessions.clients(loop, Map.of()))
                            .syncUninterruptibly()
                            .getNow();
            sum += clients.stream().map(ClientSnapshot::times).mapToLong(what).sum();
        }
        return sum;
    }

    // --- the tests ----------------------------------------------------------------------------

    @Test
    void whileItIsIdleNothingIsCancelled() {
        for (int i = 0; i < 20; i++) {
            begin();
            assertThat(sum(Times::queryNanos)).isZero();
            cancel();
            assertThat(ask("select 1")).containsExactly("D 1", "C SELECT 1", "Z T");
            assertThat(ask("commit")).containsExactly("C COMMIT", "Z I");
        }
    }

    @Test
    void aFirstStatementThatWaitsFailsAndItsTransactionWithIt() {
        cancelTheFirst(Wire.query("create table never (a int)"));
        assertThat(client.summaries()).containsExactly(CANCELLED, "Z E");
        assertThat(rig.counts().get(Metric.WAITING_CLIENTS)).isZero();

        holder.query("commit");
        assertThat(ask("select 1")).containsExactly(ABORTED, "Z E");
        assertThat(ask("savepoint a")).containsExactly(ABORTED, "Z E");
        assertThat(ask("commit")).containsExactly("C ROLLBACK", "Z I");
        assertThat(ask("select to_regclass('never') is null")).contains("D t", "Z I");
    }

    @Test
    void suchATransactionEndsWithoutAServer() {
        for (String end : List.of("rollback", "commit")) {
            cancelTheFirst(Wire.query("select 'never'"));
            assertThat(client.summaries()).containsExactly(CANCELLED, "Z E");
            assertThat(ask(end)).containsExactly("C ROLLBACK", "Z I");
            assertThat(rig.counts().get(Metric.WAITING_CLIENTS)).isZero();
            release();
            assertThat(sum(Times::transactionNanos)).isZero();
            assertThat(ask("select 'later'")).containsExactly("D later", "C SELECT 1", "Z I");
        }
    }

    @Test
    void aPipelineFailsUpToItsSyncAndTheNextOneIsTheServersToJudge() {
        byte[] batch =
                Wire.concat(
                        Wire.parse("", "select 'never'"), Wire.bind("", ""), Wire.execute("", 0));
        cancelTheFirst(batch);
        assertThat(client.read().summary()).isEqualTo(CANCELLED);
        client.send(Wire.sync());
        assertThat(client.summaries()).containsExactly("Z E");

        holder.query("commit");
        client.send(batch, Wire.sync());
        assertThat(client.summaries()).containsExactly(ABORTED, "Z E");
        client.send(
                Wire.parse("", "rollback"), Wire.bind("", ""), Wire.execute("", 0), Wire.sync());
        assertThat(client.summaries()).contains("C ROLLBACK", "Z I");
    }

    @Test
    void theNextTransactionIsANewOne() {
        cancelTheFirst(Wire.query("select 'never'"));
        assertThat(client.summaries()).containsExactly(CANCELLED, "Z E");
        assertThat(ask("rollback")).containsExactly("C ROLLBACK", "Z I");
        release();
        begin();
        assertThat(ask("select 1")).containsExactly("D 1", "C SELECT 1", "Z T");
        assertThat(ask("commit")).containsExactly("C COMMIT", "Z I");
    }
}
