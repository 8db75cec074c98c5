package dev.weir.faults;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Conversations with bytes changed, cut out or put in, beside an ordinary client. */
class FuzzIT {
    private static final int CONVERSATIONS = Rig.SOAK ? 10_000 : 300;

    private static PgCluster cluster;

    @BeforeAll
    static void start() {
        cluster = PgCluster.builder().setting("statement_timeout", "500ms").start();
        cluster.primary().execute("create table marks (v text)");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void mutatedConversationsHarmNobodyElse() {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Rig rig =
                Rig.before(
                        cluster.primary(),
                        "default_pool_size = 3",
                        "max_pinned = 1",
                        "client_login_timeout = 5")) {
            for (int i = 0; i < CONVERSATIONS; i++) {
                try (WireClient client = rig.client()) {
                    client.send(mutated(random, i));
                    listen(client, random);
                } catch (UncheckedIOException end) {
                    // Weir, or PostgreSQL, had enough of it
                }
                if (i % 10 == 0) {
                    beside(rig, random, i, seed);
                }
            }
            rig.awaitEmpty();
            rig.serves();
        }
    }

    @Test
    void mutatedStartupPacketsHarmNobodyElse() {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] startup =
                Wire.startup(
                        Wire.PROTOCOL_3_0,
                        java.util.Map.of(
                                "user",
                                Rig.USER,
                                "database",
                                Rig.DATABASE,
                                "options",
                                "-c statement_timeout=7s"));
        try (Rig rig = Rig.before(cluster.primary(), "default_pool_size = 3")) {
            for (int i = 0; i < CONVERSATIONS; i++) {
                try (WireClient client = rig.connect()) {
                    client.send(mutate(random, startup, 4));
                    listen(client, random);
                } catch (UncheckedIOException end) {
                    // as above
                }
            }
            beside(rig, random, 0, seed);
            rig.awaitEmpty();
        }
    }

    private static void listen(WireClient client, Random random) {
        for (int i = random.nextInt(20); i > 0; i--) {
            if (client.tryRead(Duration.ofMillis(2)) == null) {
                return;
            }
        }
    }

    private static void beside(Rig rig, Random random, int i, long seed) {
        try (WireClient client = rig.client()) {
            CheckedTalk.good(random, "beside-" + i).run(client);
        } catch (CheckedTalk.Refused e) {
            if (!e.sqlState().equals("53300")) { // max_pinned of this test
                throw new AssertionError("seed " + seed + ", conversation " + i, e);
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + seed + ", conversation " + i, e);
        }
    }

    private static byte[] mutated(Random random, int i) {
        CheckedTalk one =
                random.nextBoolean()
                        ? CheckedTalk.good(random, "fuzz-" + i)
                        : CheckedTalk.bad(random, "fuzz-" + i);
        byte[] bytes = one.bytes();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            bytes = mutate(random, bytes, bytes.length);
        }
        return bytes;
    }

    /** Changes something within the first {@code within} bytes, or anywhere. */
    private static byte[] mutate(Random random, byte[] bytes, int within) {
        if (bytes.length < 8) {
            return bytes;
        }
        int at =
                random.nextInt(
                        random.nextBoolean() ? Math.min(within, bytes.length) : bytes.length);
        byte[] copy = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> copy[at] = (byte) random.nextInt();
            case 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> copy = Arrays.copyOf(copy, at);
            case 3 -> {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
                copy =
                        Wire.concat(
                                Arrays.copyOf(bytes, at),
                                Arrays.copyOfRange(bytes, end, bytes.length));
            }
            case 4 -> {
                byte[] some = new byte[1 + random.nextInt(8)];
                random.nextBytes(some);
                copy =
                        Wire.concat(
                                Arrays.copyOf(bytes, at),
                                some,
                                Arrays.copyOfRange(bytes, at, bytes.length));
            }
            default ->
                    ByteBuffer.wrap(copy)
                            .putInt(
                                    Math.min(at, bytes.length - 4),
                                    random.nextInt() >> random.nextInt(32));
        }
        return copy;
    }
}
