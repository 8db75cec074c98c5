package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ParameterSet;
import dev.weir.backend.Statement;
import dev.weir.backend.Statements;
import dev.weir.exchange.Effect;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Texts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a client's names mean while their messages are not answered. */
@NullMarked
final class ClientStatementsTest {
    private final Statements shared = new Statements(new EmbeddedChannel().eventLoop());
    private final Texts texts = new Texts(1);
    private final ClientStatements names = new ClientStatements(shared);

    @Test
    void aNameIsDoubtfulInLaterBatchesUntilItsParseIsAnswered() {
        Effect parse = parse("s", "select 1", 1);
        assertThat(isDoubtful("s", 1)).isFalse();
        assertThat(isDoubtful("s", 2)).isTrue();
        parse.succeeded();
        assertThat(isDoubtful("s", 2)).isFalse();
    }

    @Test
    void aClosedNameIsDoubtfulInLaterBatchesUntilItsCloseIsAnswered() {
        parse("s", "select 1", 1).succeeded();
        Effect close = close("s", 2);
        assertThat(text("s")).isNull();
        assertThat(isDoubtful("s", 2)).isFalse();
        assertThat(isDoubtful("s", 3)).isTrue();
        close.succeeded();
        assertThat(names.newest(bytes("s"))).isNull();
        assertThat(shared.size()).isZero();
    }

    @Test
    void aSkippedCloseBringsTheNameBack() {
        parse("s", "select 1", 1).succeeded();
        close("s", 2).skipped();
        assertThat(text("s")).isEqualTo("select $1");
        assertThat(isDoubtful("s", 3)).isFalse();
    }

    /** Each Close counts one name less, whatever becomes of the name in between. */
    @Test
    void aCloseThatIsSkippedBehindItsParseCountsOnce() {
        parse("kept", "select 1", 1).succeeded();
        Effect other = close("kept", 2);
        Effect parse = parse("s", "select 2", 2);
        Effect close = close("s", 2);
        parse.failed();
        close.skipped();
        assertThat(names.size()).isZero();
        assertThat(names.closing()).isEqualTo(1);
        other.succeeded();
        assertThat(names.size()).isZero();
        assertThat(names.closing()).isZero();
    }

    @Test
    void aBatchThatIsSkippedLeavesTheNameAsItWas() {
        parse("s", "select 1", 1).succeeded();
        Effect close = close("s", 2);
        Effect parse = parse("s", "select 'new'", 2);
        assertThat(text("s")).isEqualTo("select $1");
        parse.skipped();
        close.skipped();
        assertThat(text("s")).isEqualTo("select $1");
        assertThat(names.size()).isOne();
    }

    @Test
    void theNewestOfANameCountsHoweverTheTableGrows() {
        Effect first = parse("s", "select 1", 1);
        Effect close = close("s", 1);
        Effect second = parse("s", "table b", 1);
        for (int i = 0; i < 100; i++) {
            parse("other " + i, "select 1", 1).succeeded();
        }
        assertThat(text("s")).isEqualTo("table b");
        first.succeeded();
        close.succeeded();
        second.succeeded();
        assertThat(text("s")).isEqualTo("table b");
        assertThat(names.size()).isEqualTo(101);
    }

    @Test
    void whatWasForgottenDoesNotComeBack() {
        parse("s", "select 1", 1).succeeded();
        Effect close = close("s", 2);
        names.clear();
        close.skipped();
        assertThat(names.newest(bytes("s"))).isNull();
        assertThat(shared.size()).isZero();
    }

    private Effect parse(String name, String sql, long batch) {
        ByteBuf in = Unpooled.copiedBuffer(sql + "\0\0\0", StandardCharsets.UTF_8);
        int end = in.writerIndex();
        var text = texts.parse(in, 0, end - 3, end, LexicalRules.STANDARD);
        var key = new Statement.Key(text, ParameterSet.EMPTY, 0);
        return names.add(bytes(name), shared.hold(key), batch);
    }

    private Effect close(String name, long batch) {
        return names.close(Objects.requireNonNull(names.find(bytes(name))), batch);
    }

    private boolean isDoubtful(String name, long batch) {
        return Objects.requireNonNull(names.newest(bytes(name))).isDoubtful(batch);
    }

    private @Nullable String text(String name) {
        ClientStatements.Entry entry = names.find(bytes(name));
        return entry == null ? null : entry.statement().text().toString();
    }

    private static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
