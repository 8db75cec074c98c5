package dev.weir.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SystemErrorTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "finishConnect(..) failed with error(-111): refusée: /127.0.0.1:1|Connection"
                        + " refused",
                "connect(..) failed with error(-113): No route to host|No route to host",
                "io_uring connect(..) failed with error(-110): x: db/[::1]:5432|Connection timed"
                        + " out",
                "connect(..) failed with error(-2): No such file: /tmp/.s.PGSQL.1|No such file or"
                        + " directory",
                "recvAddress(..) failed with error(-104): Connection reset|Connection reset by"
                        + " peer",
                "connect(..) failed with error(-999): Unknown error: db/10.0.0.1:5432|Unknown"
                        + " error",
                "Connection refused: /127.0.0.1:5432|Connection refused",
                "Connection refused: localhost/127.0.0.1:5432|Connection refused",
                "certificate: not trusted|certificate: not trusted",
            })
    void saysWhatLibpqSays(String message, String text) {
        assertThat(SystemError.text(message)).isEqualTo(text);
    }

    @Test
    void knowsJavasSockets() {
        assertThat(SystemError.of(new ConnectException("Connection refused")))
                .isEqualTo("Connection refused");
        assertThat(SystemError.of(new SocketTimeoutException("Connect timed out")))
                .isEqualTo("timeout expired");
        assertThat(SystemError.of(new EOFException()))
                .isEqualTo("server closed the connection unexpectedly");
        assertThat(SystemError.of(null)).isNull();
        assertThat(SystemError.of(new IllegalStateException("x"))).isNull();
    }
}
