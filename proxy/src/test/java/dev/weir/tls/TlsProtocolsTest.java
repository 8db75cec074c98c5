package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsProtocolsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    secure | TLSv1.2 TLSv1.3
                    all | TLSv1 TLSv1.1 TLSv1.2 TLSv1.3
                    tlsv1.3 | TLSv1.3
                    tlsv1.3, TLSv1.2 | TLSv1.2 TLSv1.3
                    tlsv1.0:tlsv1.1 | TLSv1 TLSv1.1
                    all,!tlsv1.0,!tlsv1.1 | TLSv1.2 TLSv1.3
                    """)
    void readsPgBouncersWords(String text, String versions) throws InvalidTls {
        assertThat(TlsProtocols.parse(text)).containsExactly(versions.split(" ", 0));
    }

    @Test
    void refusesOtherWords() {
        assertThatThrownBy(() -> TlsProtocols.parse("tlsv1.2,sslv3"))
                .hasMessageStartingWith("\"tlsv1.2,sslv3\" (expected: secure, all, or tlsv1.0");
        assertThatThrownBy(() -> TlsProtocols.parse("tlsv1.2,!tlsv1.2"))
                .hasMessageContaining("expected");
    }
}
