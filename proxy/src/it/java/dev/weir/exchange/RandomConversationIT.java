package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.exchange.ClientMessage.Statement;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random conversations with a real server: what the ledger says must be so.
 *
 * <p>The conversations are those of {@link LedgerProperties}; here PostgreSQL decides what becomes
 * of them. {@code -Dweir.seed=N} runs one alone.
 */
final class RandomConversationIT {
    private static final int CONVERSATIONS = Rig.SOAK ? 4_000 : 150;

    @Test
    void neverDisagreesWithTheServer() {
        try (PgCluster cluster = PgCluster.start()) {
            Long only = Long.getLong("weir.seed");
            long first = only == null ? 0 : only;
            int uncertain = 0;
            for (long seed = first; seed < (only == null ? CONVERSATIONS : only + 1); seed++) {
                RandomTalk talk = new RandomTalk(cluster.primary(), new SplittableRandom(seed));
                try {
                    talk.run();
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("weir.seed=" + seed + "\n" + talk, e);
                }
                uncertain += talk.isUncertain() ? 1 : 0;
            }
            assertThat(uncertain).isLessThan(CONVERSATIONS / 2);
        }
    }

    /** One conversation on a connection of its own. */
    private static final class RandomTalk {
        private final PgNode node;
        private final SplittableRandom random;
        private final Ledger ledger = new Ledger();
        private final List<String> trace = new ArrayList<>();

        RandomTalk(PgNode node, SplittableRandom random) {
            this.node = node;
            this.random = random;
        }

        void run() {
            try (WireClient client = node.wire()) {
                client.login(PgNode.USER, "postgres", PgNode.PASSWORD);
                client.query("CREATE TEMP TABLE t (i int); SET client_min_messages TO notice");
                talk(client);
                if (!ledger.isUncertain()) {
                    settle(client);
                }
            }
        }

        boolean isUncertain() {
            return ledger.isUncertain();
        }

        private void talk(WireClient client) {
            List<byte[]> burst = new ArrayList<>();
            for (ClientMessage message : Conversations.next(random)) {
                burst.add(bytes(message));
                trace.add("> " + message);
                Request request = message.request();
                if (request != null) {
                    ledger.sent(request);
                }
                if (random.nextInt(4) == 0) {
                    client.send(burst.toArray(byte[][]::new));
                    burst.clear();
                    readSome(client);
                }
                if (ledger.isUncertain()) {
                    return;
                }
            }
            client.send(burst.toArray(byte[][]::new));
        }

        private void readSome(WireClient client) {
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
                Message message = client.tryRead(Duration.ofMillis(1));
                if (message == null) {
                    return;
                }
                take(message);
            }
        }

        /** Reads all that is owed, ends what is open, and proves that nothing is left over. */
        private void settle(WireClient client) {
            client.send(Wire.flush());
            readOwed(client);
            if (ledger.isUncertain()) {
                return;
            }
            if (!ledger.isQuiet()) {
                trace.add("> Sync at the end");
                client.send(Wire.sync());
                ledger.sent(Request.SYNC);
                readOwed(client);
            }
            if (ledger.isUncertain()) {
                return;
            }
            assertThat(ledger.isQuiet()).isTrue();
            assertThat(
                            node.queryText(
                                    "SELECT state FROM pg_stat_activity WHERE pid = "
                                            + client.processId()))
                    .isEqualTo(
                            switch (ledger.transactionStatus()) {
                                case 'I' -> "idle";
                                case 'T' -> "idle in transaction";
                                default -> "idle in transaction (aborted)";
                            });
            client.send(Wire.query("ROLLBACK; SELECT 'the end'"));
            List<Message> answer = client.readUntilReady();
            answer.removeIf(it -> it.tag() == 'N' || it.tag() == 'S');
            assertThat(answer.stream().map(Message::summary))
                    .containsExactly(
                            "C ROLLBACK", "T ?column?(25)", "D the end", "C SELECT 1", "Z I");
        }

        private void readOwed(WireClient client) {
            while (ledger.outstanding() > 0) {
                take(client.read());
            }
        }

        private void take(Message message) {
            trace.add("< " + message);
            switch (message.tag()) {
                case 'Z' -> ledger.receivedReady((byte) message.status());
                case 'E' -> ledger.receivedError(message.sqlState());
                default -> ledger.received((byte) message.tag());
            }
        }

        private byte[] bytes(ClientMessage message) {
            Request request = message.request();
            boolean fails = message.fails();
            if (request == null) {
                return message.isData() ? new Frame(fails ? "d bad" : "d 1").bytes() : Wire.flush();
            }
            return switch (request) {
                case PARSE -> Wire.parse("", fails ? "selec" : "select 1");
                case BIND -> Wire.bind("", fails ? "nope" : "");
                case DESCRIBE_STATEMENT -> Wire.describeStatement(fails ? "nope" : "");
                case DESCRIBE_PORTAL -> Wire.describePortal(fails ? "nope" : "");
                case EXECUTE -> execute(message);
                case CLOSE -> fails ? Wire.closePortal("") : Wire.closeStatement("nope");
                case SYNC -> Wire.sync();
                case QUERY -> Wire.query(sql(message));
                case FUNCTION_CALL -> new Frame(fails ? "F 999999" : "F 2311 abc").bytes();
                case COPY_END -> new Frame(fails ? "f stop" : "c").bytes();
            };
        }

        @Override
        public String toString() {
            return String.join("\n", trace);
        }

        /** Parse and Bind go before each Execute; the ledger hears of them, too. */
        private byte[] execute(ClientMessage message) {
            ledger.sent(Request.PARSE);
            ledger.sent(Request.BIND);
            return Wire.concat(
                    Wire.parse("", message.fails() ? "selec" : sql(message)),
                    Wire.bind("", ""),
                    Wire.execute("", message.statements().contains(Statement.SUSPENDED) ? 1 : 0));
        }

        private static String sql(ClientMessage message) {
            List<String> sql = new ArrayList<>();
            if (message.fails() && message.request() == Request.QUERY) {
                sql.add("select 1/0");
            }
            for (Statement statement : message.statements()) {
                sql.add(
                        switch (statement) {
                            case ROWS -> "select generate_series(1, 2)";
                            case SUSPENDED -> "select generate_series(1, 3)";
                            case COPY_OUT -> "copy (select 1) to stdout";
                            case COPY_IN -> "copy t from stdin";
                            case BEGIN -> "begin";
                            case COMMIT -> "commit";
                            case FAILURE -> "select * from nowhere";
                            case FAILURE_AFTER_ROWS ->
                                    "select 1 / (2 - i) from generate_series(1, 3) i";
                            case FAILURE_IN_COPY_OUT ->
                                    "copy (select 1 / (2 - i) from generate_series(1, 3) i) to"
                                            + " stdout";
                        });
            }
            return String.join("; ", sql);
        }
    }
}
