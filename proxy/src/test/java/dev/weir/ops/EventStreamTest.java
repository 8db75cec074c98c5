package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.CharsetUtil;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class EventStreamTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final EventStream stream = new EventStream(channel);

    private String sent() {
        HttpContent content = channel.readOutbound();
        try {
            return content == null ? "" : content.content().toString(CharsetUtil.UTF_8);
        } finally {
            if (content != null) {
                content.release();
            }
        }
    }

    private void isRead(boolean on) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, on);
        channel.runPendingTasks();
    }

    private void send() {
        stream.send(EventStream.event("picture", "{}"));
    }

    @Test
    void dropsAReaderWhoDoesNotRead() {
        isRead(false);
        for (int i = 1; i < EventStream.MISSED_MAX; i++) {
            send();
        }
        assertThat(channel.isOpen()).isTrue();

        send();

        assertThat(channel.isOpen()).isFalse();
        assertThat(sent()).isEmpty();
    }

    @Test
    void forgivesAReaderWhoWasSlowForAWhile() {
        for (int round = 0; round < 3; round++) {
            isRead(false);
            for (int i = 1; i < EventStream.MISSED_MAX; i++) {
                send();
            }
            isRead(true);
            send();
            assertThat(sent()).isEqualTo("event: picture\ndata: {}\n\n");
        }
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void closesBehindItsLastEvent() {
        stream.end(EventStream.event("end", "{\"why\":\"x\"}"));

        assertThat(sent()).startsWith("event: end\n");
        assertThat(channel.isOpen()).isFalse();
    }
}
