package dev.weir.protocol;

import dev.weir.fuzz.FuzzTarget;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.protocol.auth.ScramClient;
import dev.weir.protocol.auth.ScramPassword;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What is read of a client or server before anything is known of it. */
public enum ProtocolFuzz implements FuzzTarget {
    STARTUP {
        @Override
        public void run(byte[] input) {
            ByteBuf in = Unpooled.wrappedBuffer(input);
            refusing(() -> {
                while (StartupDecoder.decode(in) != null) {}
            });
        }

        @Override
        public List<byte[]> seeds() {
            ByteBuf out = Unpooled.buffer();
            Map<String, String> parameters =
                    Map.of("user", "ann", "database", "app", "options", "-c a.b=1", "_pq_.x", "y");
            FrontendMessages.startup(out, 3, 2, parameters);
            byte[] cancel = new byte[16];
            Unpooled.wrappedBuffer(cancel)
                    .setInt(0, 16)
                    .setInt(4, StartupDecoder.CANCEL_CODE)
                    .setInt(8, 7);
            byte[] tls = new byte[8];
            Unpooled.wrappedBuffer(tls).setInt(0, 8).setInt(4, StartupDecoder.SSL_CODE);
            return List.of(Arrays.copyOf(out.array(), out.writerIndex()), cancel, tls);
        }
    },
    PASSWORD {
        @Override
        public void run(byte[] input) {
            ByteBuf in = Unpooled.wrappedBuffer(input);
            refusing(() -> {
                while (PasswordDecoder.decode(in) != null) {}
            });
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(new byte[] {'p', 0, 0, 0, 8, 's', 'u', 'n', 0});
        }
    },
    SCRAM_OF_CLIENTS {
        @Override
        public void run(byte[] input) {
            var server = new ScramServer(SECRET, new byte[18]);
            byte[][] parts = halves(input);
            refusing(() -> {
                server.first(parts[0]);
                server.finish(parts[1]);
            });
        }

        @Override
        public List<byte[]> seeds() {
            return latin1(
                    "n,,n=,r=abcdef\nc=biws,r=abcdefAAAAAAAAAAAAAAAAAAAAAAAA,p=AAAA",
                    "y,a=x,n=,r=a\nc=eSw=,r=a,p=",
                    "p=tls-server-end-point,,n=,r=abc\nc=cD10,r=abc,x=y,p=AAAA");
        }
    },
    SCRAM_OF_SERVERS {
        @Override
        public void run(byte[] input) {
            var client =
                    new ScramClient(new ScramPassword("sun"), ScramBinding.NONE, 10, new byte[18]);
            client.first();
            byte[][] parts = halves(input);
            refusing(() -> {
                client.finish(parts[0]);
                client.verify(parts[1]);
            });
        }

        @Override
        public List<byte[]> seeds() {
            return latin1(
                    "r=AAAAAAAAAAAAAAAAAAAAAAAAx,s=AQID,i=2\nv=AAAA",
                    "m=x,r=AAAAAAAAAAAAAAAAAAAAAAAAx,s=AQID,i=2\ne=other-error");
        }
    },
    SCRAM_SECRET {
        @Override
        public void run(byte[] input) {
            ScramSecret secret = ScramSecret.parse(new String(input, StandardCharsets.ISO_8859_1));
            if (secret != null) {
                secret.format();
            }
        }

        @Override
        public List<byte[]> seeds() {
            return latin1(SECRET.format());
        }
    };

    private static final ScramSecret SECRET = ScramSecret.derive("sun", new byte[] {1, 2, 3}, 2);

    /** What is no message of the protocol is refused as such, and not otherwise. */
    private static void refusing(Runnable reading) {
        try {
            reading.run();
        } catch (ProtocolViolation e) {
            if (e.getMessage() == null) {
                throw new AssertionError("says nothing", e);
            }
        }
    }

    private static List<byte[]> latin1(String... texts) {
        return Arrays.stream(texts).map(t -> t.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    /** What stands before the first line feed, and what stands behind it. */
    private static byte[][] halves(byte[] input) {
        int end = 0;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        return new byte[][] {
            Arrays.copyOf(input, end),
            Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length)
        };
    }
}
