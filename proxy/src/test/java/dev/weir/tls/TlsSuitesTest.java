package dev.weir.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The suites that the settings of a side leave. */
@NullMarked
final class TlsSuitesTest {
    private final List<String> warnings = new ArrayList<>();

    private static Config config(String... lines) throws ConfigException {
        return Config.parse("weir.ini", "[pgbouncer]\n" + String.join("\n", lines) + "\n");
    }

    private List<String> suites(TlsSide side) throws InvalidTls {
        return TlsSuites.of(side, SslProvider.JDK, warnings::add);
    }

    @Test
    void takesThoseThatAreNamed() throws ConfigException, InvalidTls {
        Config config =
                config(
                        "client_tls_ciphers = ECDHE-ECDSA-AES256-GCM-SHA384",
                        "client_tls13_ciphers = TLS_AES_128_GCM_SHA256",
                        "server_tls_ciphers = ECDHE-RSA-AES128-GCM-SHA256",
                        "server_tls13_ciphers = TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256");

        assertThat(suites(TlsSide.ofClients(config)))
                .containsExactly(
                        "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        assertThat(suites(TlsSide.ofServers(config)))
                .containsExactly(
                        "TLS_AES_256_GCM_SHA384",
                        "TLS_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(warnings).isEmpty();
    }

    @Test
    void leavesDiffieHellmanOverIntegersOutIfClientTlsDheparamsIsNone()
            throws ConfigException, InvalidTls {
        String both = "client_tls_ciphers = DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
        String kept = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        String dhe = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384";

        assertThat(suites(TlsSide.ofClients(config(both)))).contains(kept, dhe);
        assertThat(suites(TlsSide.ofClients(config(both, "client_tls_dheparams = none"))))
                .contains(kept)
                .doesNotContain(dhe);
    }

    @Test
    void saysThatBoringSslDoesNotObeyClientTls13Ciphers() throws ConfigException, InvalidTls {
        Config config = config("client_tls13_ciphers = TLS_AES_256_GCM_SHA384");

        TlsSuites.of(TlsSide.ofClients(config), SslProvider.OPENSSL, warnings::add);

        assertThat(warnings).singleElement().asString().contains("has no effect");
    }
}
