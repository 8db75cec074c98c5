package dev.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.net.Origin;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a password may be sent. */
@NullMarked
final class DoorTest {
    private static final Origin LOCAL = from(127, 0, 0, 1);
    private static final Origin REMOTE = from(192, 0, 2, 1);
    private static final Origin.Encryption TLS = new Origin.Encryption("TLSv1.3", "x", null);

    private static Origin from(int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        try {
            return Origin.tcp(new InetSocketAddress(InetAddress.getByAddress(address), 4711));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isRefused(Origin origin, Map<String, String> headers) {
        var asked = new Asked(HttpMethod.GET, "/api", Map.of(), headers, "", origin);
        @Nullable Answer answer = Door.exposed(asked);
        return answer != null && answer.status().equals(HttpResponseStatus.FORBIDDEN);
    }

    @Test
    void refusesAPasswordInTheClearFromAnotherMachine() {
        Map<String, String> headers = Map.of("host", "192.0.2.2:8080");
        assertThat(isRefused(REMOTE, headers)).isTrue();
        assertThat(isRefused(REMOTE.encrypted(TLS), headers)).isFalse();
        assertThat(isRefused(LOCAL, headers)).isFalse();
        assertThat(isRefused(Origin.unix(1, 1), Map.of())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "localhost.evil.example:8080", "127.0.0.1.evil.example"})
    void refusesANameThatSomebodyMayHaveMadeToLeadHere(String host) {
        assertThat(isRefused(LOCAL, Map.of("host", host))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"})
    void answersToTheNamesOfThisMachine(String host) {
        assertThat(isRefused(LOCAL, Map.of("host", host))).isFalse();
    }
}
