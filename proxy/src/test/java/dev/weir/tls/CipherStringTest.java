package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CipherStringTest {
    private static final List<CipherSuite> KNOWN =
            Stream.of(
                            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                            "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
                            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
                            "TLS_RSA_WITH_AES_256_CBC_SHA",
                            "TLS_RSA_WITH_3DES_EDE_CBC_SHA")
                    .map(CipherSuite::of)
                    .map(Objects::requireNonNull)
                    .toList();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ECDHE-RSA-AES128-GCM-SHA256 | ECDHE-RSA-AES128-GCM-SHA256
                    TLS_RSA_WITH_AES_256_CBC_SHA | AES256-SHA
                    AES256-SHA:ECDHE-RSA-CHACHA20-POLY1305 | AES256-SHA ECDHE-RSA-CHACHA20-POLY1305
                    ECDHE+AESGCM | ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES128-GCM-SHA256
                    HIGH:!kRSA:!DHE:!AESGCM | ECDHE-RSA-CHACHA20-POLY1305 ECDHE-RSA-AES128-SHA256
                    MEDIUM | DES-CBC3-SHA
                    kRSA:-3DES | AES256-SHA
                    !kRSA:RSA+AES:!DH | ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-SHA256
                    AESGCM:+ECDHE:!aECDSA | DHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-AES128-GCM-SHA256
                    ECDHE+AESGCM:@STRENGTH | ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES128-GCM-SHA256
                    aRSA+AES128:@SECLEVEL=1 | ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-SHA256
                    TLSv1.2+kEECDH+SHA256 | ECDHE-RSA-AES128-SHA256
                    """)
    void selectsAsOpenSslDoes(String text, String names) throws InvalidTls {
        assertThat(CipherString.of(text, KNOWN).chosen())
                .extracting(CipherSuite::openSslName)
                .containsExactly(names.split(" ", 0));
    }

    @Test
    void leavesTheChoiceToTheLibraryForPgBouncersWords() {
        assertThat(Stream.of("default", "secure", "fast", "normal"))
                .allMatch(CipherString::isDefault);
        assertThat(CipherString.isDefault("all")).isFalse();
    }

    @Test
    void takesAllSuites() throws InvalidTls {
        assertThat(CipherString.of("all", KNOWN).chosen()).containsExactlyElementsOf(KNOWN);
    }

    @Test
    void tellsWhatItDoesNotKnow() throws InvalidTls {
        assertThat(CipherString.of("HIGH:CAMELLIA:!SRP", KNOWN).unknown())
                .containsExactly("CAMELLIA");
    }

    @Test
    void refusesAStringThatLeavesNothing() {
        assertThatThrownBy(() -> CipherString.of("CAMELLIA", KNOWN))
                .hasMessage("\"CAMELLIA\" (expected: at least one suite that the TLS library has)");
    }

    @Test
    void leavesAnonymousAndNullCiphersOut() {
        assertThat(CipherSuite.of("TLS_ECDH_anon_WITH_AES_128_CBC_SHA")).isNull();
        assertThat(CipherSuite.of("TLS_RSA_WITH_NULL_SHA256")).isNull();
        assertThat(CipherSuite.of("TLS_PSK_WITH_AES_128_CBC_SHA")).isNull();
    }
}
