package dev.weir.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How clients listen by one connection that they share. */
@NullMarked
final class ListeningTest {
    private static final Pattern MARK = Pattern.compile("NOTIFY (weir_mark_\\w+),'(\\d+)'");

    private final SessionRig rig =
            new SessionRig("default_pool_size = 1", "listen = shared", "max_pinned = 1");

    /** The one that they share; null until it was opened. */
    private @Nullable ScriptedServer open;

    @AfterEach
    void close() {
        rig.close();
    }

    private ScriptedServer idleServer() {
        rig.login();
        return rig.open();
    }

    private static void row(ScriptedServer server, String... columns) {
        ByteBuf row = Unpooled.buffer().writeShort(columns.length);
        for (String column : columns) {
            row.writeInt(column.length()).writeCharSequence(column, StandardCharsets.US_ASCII);
        }
        byte[] bytes = new byte[row.readableBytes()];
        row.readBytes(bytes).release();
        server.sends('D', bytes);
    }

    private void notifies(ScriptedServer server, String channel, String payload) {
        String names = channel + "\0" + payload + "\0";
        byte[] bytes = new byte[4 + names.length()];
        System.arraycopy(names.getBytes(StandardCharsets.US_ASCII), 0, bytes, 4, names.length());
        server.sends('A', bytes);
        rig.run();
    }

    /** A client whose LISTEN was carried out on the connection that it holds. */
    private ScriptedClient listens(ScriptedServer held, String channel) {
        ScriptedClient client = rig.client().asks("LISTEN " + channel);
        held.received();
        rig.answers(held, "LISTEN", 'I');
        assertThat(held.received()).contains("pg_listening_channels");
        row(held, "c", HexFormat.of().formatHex(channel.getBytes(StandardCharsets.US_ASCII)), "");
        rig.answers(held, "SELECT 1", 'I');
        return client;
    }

    /** The connection that they share listens for marks. */
    private void sharedOpens() {
        open = rig.open();
        assertThat(shared().received()).startsWith("QLISTEN \"weir_mark_");
        shared().succeeds();
        rig.run();
    }

    private ScriptedServer shared() {
        return Objects.requireNonNull(open);
    }

    /** Both connections listen; the mark is under way. */
    private Matcher marked(ScriptedServer held) {
        assertThat(held.received()).matches("QLISTEN \"weir_mark_\\w+\";");
        held.succeeds();
        rig.run();
        Matcher mark = MARK.matcher(shared().received());
        assertThat(mark.find()).isTrue();
        shared().succeeds();
        rig.run();
        return mark;
    }

    /** A client that listens by the shared connection, and holds none. */
    private ScriptedClient moved(ScriptedServer held) {
        ScriptedClient client = listens(held, "news");
        sharedOpens();
        Matcher mark = marked(held);
        notifies(held, mark.group(1), mark.group(2));
        notifies(shared(), mark.group(1), mark.group(2));
        assertThat(held.received()).isEqualTo("QUNLISTEN *");
        held.succeeds();
        rig.run();
        assertThat(client.isServed()).isFalse();
        assertThat(client.told()).isEqualTo("C:LISTEN ZI");
        return client;
    }

    @Test
    void listensOnTheHeldConnectionUntilTheMarkHasComeToBoth() {
        ScriptedServer held = idleServer();
        ScriptedClient client = listens(held, "news");
        sharedOpens();
        Matcher mark = marked(held);
        notifies(shared(), mark.group(1), mark.group(2));
        assertThat(held.received()).as("what came ahead is still to be told").isEmpty();
        client.told();
        notifies(held, "news", "ahead");
        assertThat(client.told()).isEqualTo("A");
        notifies(held, mark.group(1), mark.group(2));
        assertThat(held.received()).isEqualTo("QUNLISTEN *");
    }

    @Test
    void isToldOnceWhatComesToBoth() {
        ScriptedServer held = idleServer();
        ScriptedClient client = listens(held, "news");
        sharedOpens();
        Matcher mark = marked(held);
        notifies(held, mark.group(1), mark.group(2));
        client.told();
        notifies(held, "news", "behind the mark");
        notifies(shared(), mark.group(1), mark.group(2));
        notifies(shared(), "news", "behind the mark");
        held.succeeds();
        rig.run();
        assertThat(client.told()).isEqualTo("A");
    }

    @Test
    void isToldAheadOfItsReadyForQueryWhatCameBefore() {
        ScriptedServer held = idleServer();
        ScriptedClient client = moved(held);
        client.asks("SELECT 1");
        rig.answers(held, "SELECT 1", 'I');
        assertThat(client.told()).isEqualTo("C:SELECT_1");
        assertThat(shared().received()).isEqualTo("S");
        notifies(shared(), "news", "x");
        rig.ready(shared(), 'I');
        assertThat(client.told()).isEqualTo("A ZI");
    }

    @Test
    void catchesUpBeforeItAsksWhereAnotherHasBeen() {
        ScriptedServer held = idleServer();
        ScriptedClient client = moved(held);
        rig.client().asks("SELECT 1");
        held.received();
        rig.answers(held, "SELECT 1", 'I');
        client.asks("SELECT 2");
        assertThat(held.received()).isEmpty();
        assertThat(shared().received()).isEqualTo("S");
        rig.ready(shared(), 'I');
        assertThat(held.received()).isEqualTo("QSELECT 2");
    }

    @Test
    void isToldThatItMayHaveMissedSomething() {
        ScriptedClient client = moved(idleServer());
        rig.pool().defaultsChanged();
        open = rig.open();
        assertThat(shared().received()).contains("LISTEN \"news\"");
        shared().succeeds();
        rig.run();
        assertThat(client.told()).contains("notifications may be missing");
    }

    @Test
    void listensNoMoreOnceItsClientIsGone() {
        ScriptedClient client = moved(idleServer());
        client.goes();
        assertThat(shared().received()).isEqualTo("QUNLISTEN \"news\";");
    }
}
