package dev.weir.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.SocketSettings;
import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** To whom it goes what a server sends. */
@NullMarked
final class AnswerScannerTest {
    private final Ledger ledger = new Ledger();
    private final Holder holder = new Holder();
    private final AnswerScanner answers =
            new AnswerScanner(
                    ledger,
                    target(),
                    new ServerStatements(new Statements(new EmbeddedChannel().eventLoop())),
                    ParameterSet.EMPTY);

    /** What a server connection is opened to, by the defaults. */
    static ServerTarget target() {
        try {
            Config config =
                    Config.parse(
                            "weir.ini", "[databases]\na = host=a\n[pgbouncer]\nauth_type = any\n");
            Database database = config.databases().getFirst();
            return new ServerTarget(
                    database,
                    database.hosts().getFirst(),
                    "bob",
                    Map.of(),
                    Duration.ofSeconds(1),
                    null,
                    new ServerTarget.LoginRules(false, 1000, null),
                    SocketSettings.of(config));
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static ByteBuf message(char tag, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        return Unpooled.buffer().writeByte(tag).writeInt(4 + bytes.length).writeBytes(bytes);
    }

    private void read(ByteBuf... parts) {
        answers.read(UnpooledByteBufAllocator.DEFAULT, Unpooled.wrappedBuffer(parts));
    }

    @Test
    void handsOnInOneRunWhatIsTheHolders() {
        answers.holder(holder);
        ledger.sent(Request.QUERY);
        read(message('D', "row"), message('C', "SELECT 1\0"), message('Z', "I"));
        assertThat(holder.runs).containsExactly("D....row" + "C....SELECT 1." + "Z....I");
    }

    @Test
    void theRestOfAMessageGoesNowhereIfItsBeginningWentToAnother() {
        answers.holder(new Holder());
        ledger.sent(Request.QUERY);
        ByteBuf row = message('D', "0123456789");
        read(row.readRetainedSlice(8));
        answers.holder(holder);
        assertThat(answers.hasHandedPart()).isFalse();
        read(row, message('C', "SELECT 1\0"), message('Z', "I"));
        assertThat(holder.runs).containsExactly("C....SELECT 1.Z....I");
    }

    @Test
    void theRestOfAMessageGoesToWhomeverHasItsBeginning() {
        answers.holder(holder);
        ledger.sent(Request.QUERY);
        ByteBuf row = message('D', "0123456789");
        read(row.readRetainedSlice(8));
        assertThat(answers.hasHandedPart()).isTrue();
        read(row, message('C', "SELECT 1\0"), message('Z', "I"));
        assertThat(holder.runs).containsExactly("D....012", "3456789C....SELECT 1.Z....I");
    }

    /** An error behind it would be taken for its rest. */
    @Test
    void theRestOfAMessageIsMissingIfWhatFollowsItInTheSameReadCannotBeTaken() {
        answers.holder(holder);
        ledger.sent(Request.QUERY);
        ByteBuf row = message('D', "0123456789");
        read(row.readRetainedSlice(8));
        ByteBuf bad = Unpooled.buffer().writeByte('C').writeInt(3);
        assertThatThrownBy(() -> read(row, bad)).isInstanceOf(ProtocolViolation.class);
        assertThat(holder.runs).containsExactly("D....012");
        assertThat(answers.hasHandedPart()).isTrue();
    }

    @Test
    void nobodyLearnsWhatIsSetForAMomentOnly() {
        answers.holder(holder);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, new Own(true));
        read(message('S', "TimeZone\0UTC\0"), message('C', "SET\0"), message('Z', "I"));
        assertThat(answers.reported().now()).isEqualTo(ParameterSet.EMPTY);
        assertThat(holder.parameters).isEmpty();
        assertThat(holder.runs).isEmpty();
    }

    @Test
    void itsHolderLearnsWhatIsSetForLonger() {
        answers.holder(holder);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, new Own(false));
        read(message('S', "TimeZone\0UTC\0"), message('C', "SET\0"), message('Z', "I"));
        assertThat(answers.reported().now().get("TimeZone")).isEqualTo("UTC");
        assertThat(holder.parameters).containsExactly("TimeZone=UTC");
        assertThat(holder.runs).containsExactly("S....TimeZone.UTC.");
    }

    private record Own(boolean isTemporary) implements InjectedQuery {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {}
    }

    /** Keeps what it is handed, with a dot for each byte that is no letter or digit. */
    private static final class Holder implements ServerEvents {
        private final List<String> runs = new ArrayList<>();
        private final List<String> parameters = new ArrayList<>();

        @Override
        public void serverBytes(ByteBuf run) {
            String text = run.toString(StandardCharsets.ISO_8859_1);
            runs.add(text.replaceAll("[^ 0-9A-Za-z]", "."));
            run.release();
        }

        @Override
        public void serverTurnEnd() {}

        @Override
        public boolean parameterChanged(String name, String value, boolean injected) {
            parameters.add(name + "=" + value);
            return true;
        }

        @Override
        public void serverWritabilityChanged(boolean writable) {}

        @Override
        public void serverLost(@Nullable ServerFailure failure, @Nullable String violation) {}
    }
}
