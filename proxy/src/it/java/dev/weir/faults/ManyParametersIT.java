package dev.weir.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pgkit.Message;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server that reports parameters without end. Each is told the client and compared at every
 * lease, at a cost that grows with their number; so it is bounded.
 */
@NullMarked
@Timeout(60)
final class ManyParametersIT {
    private static final int ENDLESS = 20_000;

    private static byte[] message(char tag, String body) {
        return Wire.message(tag, body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static byte[] parameters(int count) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(message('S', "p" + i + "\0" + i + "\0"));
        }
        return all.toByteArray();
    }

    /** Logs everybody in, reports {@code first}, and then {@code more} at each Query. */
    private static ScriptedServer server(byte[] first, byte[] more) {
        return new ScriptedServer((in, out) -> {
            out.write(message('R', "\0\0\0\0"));
            out.write(message('K', "\0\0\0\7abcd"));
            out.write(first);
            out.write(message('Z', "I"));
            out.flush();
            answer(in, out, more);
        });
    }

    private static void answer(DataInputStream in, OutputStream out, byte[] more)
            throws IOException {
        while (in.readUnsignedByte() == 'Q') {
            in.skipNBytes(in.readInt() - 4);
            out.write(more);
            out.write(message('C', "SELECT 0\0"));
            out.write(message('Z', "I"));
            out.flush();
        }
    }

    private static Rig rig(ScriptedServer server, String... settings) {
        return Rig.at("127.0.0.1", server.port(), settings);
    }

    @Test
    void theServerIsLostThatReportsMore() {
        try (ScriptedServer server = server(new byte[0], parameters(ENDLESS));
                Rig rig = rig(server, "max_server_parameters = 40");
                WireClient client = rig.client()) {
            client.send(Wire.query("select 1"));
            Message last = client.read();
            while (last.tag() != 'E') {
                last = client.read();
            }
            assertThat(last.sqlState()).isEqualTo("08P01");
            assertThat(last.errorMessage())
                    .isEqualTo(
                            "server violated the protocol: more than 40 parameters reported"
                                    + " (max_server_parameters)");
        }
    }

    @Test
    void theServerIsNotUsedThatReportsMoreInItsLogin() {
        try (ScriptedServer server = server(parameters(ENDLESS), new byte[0]);
                Rig rig = rig(server, "max_server_parameters = 40", "client_login_timeout = 2")) {
            try (WireClient client = rig.connect()) {
                client.startup(Map.of("user", Rig.USER, "database", Rig.DATABASE));
                Message answer = client.read();
                while (answer.tag() != 'E') {
                    answer = client.read();
                }
                assertThat(answer.errorMessage()).contains("more than 40 parameters reported");
            }
        }
    }
}
