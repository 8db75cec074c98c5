package dev.weir.tls;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import java.util.List;
import java.util.stream.Stream;

/**
 * The TLS settings of one side, as configured.
 *
 * @param name the prefix of their names: {@code client_tls} or {@code server_tls}
 * @param dheParameters always auto toward servers, which choose them; so is {@code curve}
 */
record TlsSide(
        String name,
        SslMode mode,
        String caFile,
        String certFile,
        String keyFile,
        String passphrase,
        String crlFile,
        String protocols,
        String ciphers,
        String tls13Ciphers,
        String curve,
        String dheParameters) {

    static TlsSide ofClients(Config config) {
        return new TlsSide(
                "client_tls",
                config.get(Settings.CLIENT_TLS_SSLMODE),
                config.get(Settings.CLIENT_TLS_CA_FILE),
                config.get(Settings.CLIENT_TLS_CERT_FILE),
                config.get(Settings.CLIENT_TLS_KEY_FILE),
                config.get(Settings.CLIENT_TLS_KEY_PASSPHRASE),
                config.get(Settings.CLIENT_TLS_CRL_FILE),
                config.get(Settings.CLIENT_TLS_PROTOCOLS),
                config.get(Settings.CLIENT_TLS_CIPHERS),
                config.get(Settings.CLIENT_TLS13_CIPHERS),
                config.get(Settings.CLIENT_TLS_ECDHCURVE),
                config.get(Settings.CLIENT_TLS_DHEPARAMS));
    }

    static TlsSide ofServers(Config config) {
        return new TlsSide(
                "server_tls",
                config.get(Settings.SERVER_TLS_SSLMODE),
                config.get(Settings.SERVER_TLS_CA_FILE),
                config.get(Settings.SERVER_TLS_CERT_FILE),
                config.get(Settings.SERVER_TLS_KEY_FILE),
                config.get(Settings.SERVER_TLS_KEY_PASSPHRASE),
                config.get(Settings.SERVER_TLS_CRL_FILE),
                config.get(Settings.SERVER_TLS_PROTOCOLS),
                config.get(Settings.SERVER_TLS_CIPHERS),
                config.get(Settings.SERVER_TLS13_CIPHERS),
                "auto",
                "auto");
    }

    boolean isTowardsClients() {
        return name.equals("client_tls");
    }

    boolean verifies() {
        return mode.compareTo(SslMode.VERIFY_CA) >= 0;
    }

    /** The files that a context is built from. */
    List<String> files() {
        return Stream.of(caFile, certFile, keyFile, crlFile).filter(f -> !f.isEmpty()).toList();
    }

    /** The name of one of its settings. */
    String setting(String suffix) {
        return name + suffix;
    }

    /** Leaves the passphrase out. */
    @Override
    public String toString() {
        return name + "_sslmode=" + mode;
    }
}
