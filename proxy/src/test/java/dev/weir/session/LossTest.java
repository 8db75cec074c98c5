package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.session.Loss.Again;
import dev.weir.session.Loss.Resolution;
import dev.weir.sql.Functions;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.StateNames;
import dev.weir.sql.StatementFacts;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a batch whose connection is lost: what was sent, what came, how it ended. */
@NullMarked
final class LossTest {
    private static final Texts TEXTS = new Texts(1);

    /** What the catalog of the tests' database says: {@code f} is a foreign table. */
    private static final StateNames NAMES =
            StateNames.with(Map.of("f", dev.weir.sql.StateEffects.SESSION), 0);

    private static Text text(String sql) {
        var in = Unpooled.buffer();
        in.writeCharSequence(sql, StandardCharsets.UTF_8);
        int length = in.readableBytes();
        in.writeByte(0).writeShort(0);
        return TEXTS.parse(in, 0, length, in.writerIndex(), LexicalRules.STANDARD);
    }

    private static Work work(String... texts) {
        return work(true, texts);
    }

    private static Work work(boolean isCatalogKnown, String... texts) {
        return work(isCatalogKnown, null, texts);
    }

    private static Work work(
            boolean isCatalogKnown, @Nullable Functions functions, String... texts) {
        var work = new Work(functions);
        for (String sql : texts) {
            Text text = text(sql);
            StatementFacts facts = text.facts();
            int effects = isCatalogKnown ? text.effects(NAMES) : -1;
            work.add(facts.flags(), text.access(), effects);
        }
        return work;
    }

    /** A batch of which nothing was answered when the server said FATAL. */
    private static Loss stopped(char before, Work work) {
        return new Loss(work, (byte) before, before == 'I', true, false, true, false, false, 0);
    }

    /** The same, when the connection ended without a word. */
    private static Loss vanished(char before, Work work) {
        return new Loss(work, (byte) before, before == 'I', false, false, true, false, false, 0);
    }

    private static Loss completed(Loss loss, int completed) {
        return new Loss(
                loss.work(),
                loss.before(),
                loss.isFirst(),
                loss.isOrderly(),
                loss.isOpen(),
                loss.isBegun(),
                loss.isTold(),
                loss.isShown(),
                completed);
    }

    // --- the rule
    // ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (1)",
                "UPDATE t SET a = 1 RETURNING a",
                "DELETE FROM t",
                "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
                "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM x",
                "SELECT a FROM t FOR UPDATE",
                "SELECT nextval('s')"
            })
    void isRolledBackIfOneStatementWasStopped(String sql) {
        assertThat(stopped('I', work(sql)).resolution()).isEqualTo(Resolution.ROLLED_BACK);
        assertThat(vanished('I', work(sql)).resolution()).isEqualTo(Resolution.UNKNOWN);
        assertThat(completed(stopped('I', work(sql)), 1).resolution())
                .as("CommandComplete was there")
                .isEqualTo(Resolution.UNKNOWN);
    }

    @Test
    void aReadIsInDoubtUnlessItIsKnownToReadOnly() {
        Functions known =
                Functions.builder().addName("writing_view", "my_volatile", true, false).build();
        Loss read = vanished('I', work(true, known, "SELECT a FROM t"));
        assertThat(read.resolution()).isEqualTo(Resolution.ROLLED_BACK);
        assertThat(read.again()).isEqualTo(Again.IF_AWAY);
        assertThat(vanished('I', work("SELECT a FROM t")).resolution())
                .isEqualTo(Resolution.UNKNOWN);
        assertThat(vanished('I', work(true, known, "SELECT a FROM writing_view")).resolution())
                .isEqualTo(Resolution.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CALL p()",
                "DO 'BEGIN COMMIT; END'",
                "INSERT INTO t VALUES (1); COMMIT; SELECT pg_sleep(1)",
                "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)",
                "COMMIT PREPARED 'x'",
                "ROLLBACK PREPARED 'x'",
                "VACUUM t",
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "CREATE DATABASE d",
                "ALTER SYSTEM SET work_mem = '1MB'",
                "EXECUTE s",
                "COPY t FROM STDIN",
                "REFRESH MATERIALIZED VIEW v",
                "SELECT 'unterminated",
                "INSERT INTO f VALUES (1)"
            })
    void isInDoubtWhereMoreThanOneStatementMayHaveCommitted(String sql) {
        assertThat(stopped('I', work(sql)).resolution()).isEqualTo(Resolution.UNKNOWN);
        assertThat(stopped('I', work(sql)).again()).isEqualTo(Again.NO);
    }

    @Test
    void isInDoubtIfNothingIsKnownOfIt() {
        assertThat(stopped('I', Work.UNKNOWN).resolution()).isEqualTo(Resolution.UNKNOWN);
        assertThat(stopped('T', Work.UNKNOWN).resolution()).isEqualTo(Resolution.UNKNOWN);
        assertThat(stopped('T', Work.UNKNOWN).statusAfter()).isEqualTo((byte) 'E');
    }

    @Test
    void isRolledBackIfNotAllOfABatchWasDone() {
        Work batch = work("INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)");
        assertThat(completed(stopped('I', batch), 1).resolution())
                .isEqualTo(Resolution.ROLLED_BACK);
        assertThat(completed(stopped('I', batch), 2).resolution()).isEqualTo(Resolution.UNKNOWN);
        assertThat(vanished('I', batch).resolution()).isEqualTo(Resolution.UNKNOWN);
    }

    /** Nothing commits before its Sync. */
    @Test
    void isRolledBackIfItsSyncWasNotSent() {
        Work insert = work("INSERT INTO t VALUES (1)");
        assertThat(new Loss(insert, (byte) 'I', true, false, true, true, false, true, 1))
                .extracting(Loss::resolution, Loss::again)
                .containsExactly(Resolution.ROLLED_BACK, Again.NO);
        assertThat(new Loss(work("VACUUM"), (byte) 'I', true, false, true, true, false, true, 1))
                .extracting(Loss::resolution)
                .isEqualTo(Resolution.UNKNOWN);
    }

    @Test
    void hasDoneNothingIfItOnlyReads() {
        assertThat(vanished('I', work("SELECT 1")).resolution()).isEqualTo(Resolution.ROLLED_BACK);
        assertThat(vanished('I', work("SELECT f()")).resolution())
                .as("a function may write")
                .isEqualTo(Resolution.UNKNOWN);
        assertThat(vanished('I', work()).resolution())
                .as("it prepares something")
                .isEqualTo(Resolution.ROLLED_BACK);
    }

    // --- blocks
    // -----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    INSERT INTO t VALUES (1),        ROLLED_BACK, E
                    CALL p(),                        ROLLED_BACK, E
                    ROLLBACK TO SAVEPOINT a,         ROLLED_BACK, E
                    ROLLBACK,                        ROLLED_BACK, I
                    COMMIT,                          UNKNOWN,     I
                    END,                             UNKNOWN,     I
                    COMMIT AND CHAIN,                UNKNOWN,     I
                    PREPARE TRANSACTION 'x',         UNKNOWN,     I
                    INSERT INTO t VALUES (1); COMMIT,UNKNOWN,     I
                    ROLLBACK; INSERT INTO t VALUES (1), UNKNOWN,  I
                    """,
            quoteCharacter = '~')
    void loosesABlockUnlessThatMayHaveBeenCommitted(String sql, Resolution expected, char status) {
        for (Loss loss : new Loss[] {stopped('T', work(sql)), vanished('T', work(sql))}) {
            assertThat(loss.resolution()).isEqualTo(expected);
            assertThat(loss.statusAfter()).isEqualTo((byte) status);
        }
    }

    @Test
    void commitsNothingThatHasFailed() {
        assertThat(vanished('E', work("COMMIT")))
                .extracting(Loss::resolution, Loss::again)
                .containsExactly(Resolution.ROLLED_BACK, Again.YES);
        assertThat(vanished('E', work("COMMIT; INSERT INTO t VALUES (1)")))
                .extracting(Loss::resolution, Loss::again)
                .containsExactly(Resolution.UNKNOWN, Again.NO);
    }

    @Test
    void loosesABlockThatABatchHasBegun() {
        Work batch = work("BEGIN", "INSERT INTO t VALUES (1)");
        assertThat(vanished('I', batch).resolution()).isEqualTo(Resolution.ROLLED_BACK);
        assertThat(vanished('I', work("BEGIN", "INSERT INTO t VALUES (1)", "COMMIT")).resolution())
                .isEqualTo(Resolution.UNKNOWN);
        assertThat(vanished('I', work("ROLLBACK", "INSERT INTO t VALUES (1)")).resolution())
                .isEqualTo(Resolution.UNKNOWN);
    }

    @Test
    void staysInTheBlockOfWhichItWasToldThatItHadBegun() {
        Work batch = work("BEGIN", "INSERT INTO t VALUES (1)");
        var shown = new Loss(batch, (byte) 'I', true, true, false, true, false, true, 1);
        assertThat(shown.statusAfter()).isEqualTo((byte) 'E');
        assertThat(stopped('I', batch).statusAfter()).isEqualTo((byte) 'I');
    }

    // --- again
    // ------------------------------------------------------------------------------------

    @Test
    void runsAgainWhatHasDoneNothing() {
        assertThat(stopped('I', work("BEGIN")).again()).isEqualTo(Again.YES);
        assertThat(stopped('E', work("ROLLBACK")).again()).isEqualTo(Again.YES);
        assertThat(stopped('E', work("SELECT 1")).again()).isEqualTo(Again.YES);
        assertThat(stopped('T', work("ROLLBACK")).again()).isEqualTo(Again.YES);
        assertThat(stopped('I', work()).again()).isEqualTo(Again.YES);
        var unseen =
                new Loss(work("VACUUM"), (byte) 'I', true, true, false, false, false, false, 0);
        assertThat(unseen.again()).isEqualTo(Again.YES);
    }

    @Test
    void runsTheFirstStatementAgainOnlyIfTheServerIsAway() {
        Work insert = work("INSERT INTO t VALUES (1)");
        assertThat(stopped('I', insert).again()).isEqualTo(Again.IF_AWAY);
        assertThat(vanished('I', insert).again()).as("it may be there").isEqualTo(Again.NO);
        assertThat(stopped('T', insert).again()).as("not the first").isEqualTo(Again.NO);
        assertThat(vanished('I', work("BEGIN", "INSERT INTO t VALUES (1)")).again())
                .isEqualTo(Again.IF_AWAY);
        assertThat(stopped('I', work(false, "INSERT INTO t VALUES (1)")).again())
                .as("t may be a foreign table")
                .isEqualTo(Again.NO);
        var first = new Loss(insert, (byte) 'T', true, false, false, true, false, false, 0);
        assertThat(first.again()).as("behind a BEGIN").isEqualTo(Again.IF_AWAY);
    }

    @Test
    void neverRunsAgainWhatWasAnswered() {
        Work insert = work("INSERT INTO t VALUES (1)");
        assertThat(new Loss(insert, (byte) 'I', true, true, false, true, false, true, 0).again())
                .isEqualTo(Again.NO);
        assertThat(new Loss(insert, (byte) 'I', true, true, false, true, true, false, 0).again())
                .isEqualTo(Again.NO);
    }
}
