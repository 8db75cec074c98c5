package dev.weir.statements;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.LexicalRules;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class LoopStatementsTest {
    private final Texts texts = new Texts(1);
    private final LoopStatements statements = table(new Bounds(20, -1, 1));

    private static LoopStatements table(Bounds bounds) {
        return new LoopStatements(new EmbeddedChannel().eventLoop(), bounds);
    }

    private Text text(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        ByteBuf in = Unpooled.buffer().writeBytes(bytes).writeByte(0).writeShort(0);
        return texts.parse(in, 0, bytes.length, in.writerIndex(), LexicalRules.STANDARD);
    }

    private void call(String sql, String user) {
        statements.count(text(sql), "app", user, true, false, 7, 2, 30, 1);
    }

    private StatementSnapshot only() {
        List<StatementSnapshot> all = statements.snapshots();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    @Test
    void addsUp() {
        call("select 1", "ann");
        statements.count(text("select 2"), "app", "ann", true, true, 3, 1, 20, 0);
        statements.count(text("select 3"), "app", "ann", false, true, 0, 0, 10, 0);

        assertThat(only())
                .isEqualTo(
                        new StatementSnapshot(
                                "app",
                                "ann",
                                text("select 4").fingerprint(),
                                "select $1",
                                2,
                                2,
                                3,
                                60,
                                10,
                                7,
                                1));
    }

    @Test
    void tellsUsersApart() {
        call("select 1", "ann");
        call("select 1", "bob");

        assertThat(statements.snapshots())
                .extracting(StatementSnapshot::user)
                .containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void letsThoseGoThatAreUsedLeast() {
        for (int i = 0; i < 1_000; i++) {
            call("select 1 as often", "ann");
            call("select 1 as a" + i, "ann");

            assertThat(statements.snapshots()).hasSizeLessThanOrEqualTo(20);
        }
        assertThat(statements.snapshots())
                .filteredOn(one -> one.text().endsWith("often"))
                .singleElement()
                .extracting(StatementSnapshot::calls)
                .isEqualTo(1_000L);
    }

    /** A newcomer would else be the next to go, and never become one that is used. */
    @Test
    void lets20OthersComeBeforeANewcomerGoes() {
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 20; i++) {
                call("select 1 as old" + i, "ann");
            }
        }
        for (int i = 0; i < 10; i++) {
            call("select 1 as a" + i, "ann");
            call("select 1 as fresh", "ann");
        }

        assertThat(statements.snapshots())
                .filteredOn(one -> one.text().endsWith("fresh"))
                .singleElement()
                .extracting(StatementSnapshot::calls)
                .isEqualTo(10L);
    }

    @Test
    void keepsFewerWhereFewerAreAllowed() {
        for (int i = 0; i < 20; i++) {
            call("select 1 as a" + i, "ann");
        }

        statements.bounds(new Bounds(5, -1, 1));
        assertThat(statements.snapshots()).hasSize(5);

        statements.bounds(new Bounds(0, -1, 1));
        call("select 1", "ann");
        assertThat(statements.snapshots()).isEmpty();
    }

    @Test
    void cutsLongTextsOff() {
        call("select 1 as " + "x".repeat(5_000), "ann");

        assertThat(only().text()).hasSizeLessThan(1_100).endsWith("…");
    }

    @Test
    void logsOneOfSoManyThatTakeLong() {
        LoopStatements logging = table(new Bounds(0, 100, 3));

        assertThat(logging.isLogged(99)).isFalse();
        assertThat(List.of(100L, 101L, 99L, 102L, 103L))
                .map(logging::isLogged)
                .containsExactly(true, false, false, false, true);
        assertThat(table(new Bounds(5, -1, 1)).isLogged(Long.MAX_VALUE)).isFalse();
    }
}
