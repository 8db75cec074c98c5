package dev.weir.login;

import dev.weir.fuzz.FuzzTarget;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What a client, or a load balancer before it, says first. */
public enum LoginFuzz implements FuzzTarget {
    OPTIONS {
        @Override
        public void run(byte[] input) {
            try {
                StartupOptions.parse(new String(input, StandardCharsets.UTF_8));
            } catch (StartupOptions.InvalidOptions e) {
                if (e.getMessage() == null) {
                    throw new AssertionError("says nothing", e);
                }
            }
        }

        @Override
        public List<byte[]> seeds() {
            return texts(
                    "-c search_path=a,\\\"$user\\\" --statement-timeout=5s",
                    "-csearch_path=x\\ y -c TimeZone=Etc/GMT+5",
                    "-c a.b=\\\\ --x=y -- ");
        }
    },
    PROXY_HEADER {
        @Override
        public void run(byte[] input) {
            if (input.length == 0) {
                return; // no read brings nothing
            }
            var channel =
                    new EmbeddedChannel(new ProxyHeader.Beginning(), new HAProxyMessageDecoder());
            try {
                channel.writeInbound(Unpooled.wrappedBuffer(input));
            } catch (DecoderException expected) {
                // what ProxyHeader refuses with its message
            }
            for (Object one = channel.readInbound(); one != null; one = channel.readInbound()) {
                ReferenceCountUtil.release(one);
            }
            channel.close();
        }

        @Override
        public List<byte[]> seeds() {
            byte[] binary = new byte[28];
            byte[] begin = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
            System.arraycopy(begin, 0, binary, 0, begin.length);
            binary[12] = 0x21;
            binary[13] = 0x11;
            binary[15] = 12;
            return List.of(
                    binary,
                    "PROXY TCP4 10.0.0.1 10.0.0.2 5000 6432\r\nrest"
                            .getBytes(StandardCharsets.US_ASCII),
                    "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    };

    private static List<byte[]> texts(String... texts) {
        return Arrays.stream(texts).map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
