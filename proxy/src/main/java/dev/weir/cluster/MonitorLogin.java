package dev.weir.cluster;

import dev.weir.backend.Credential;
import dev.weir.backend.CredentialSource;
import dev.weir.backend.ServerTarget;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import io.netty.channel.EventLoop;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How the monitors of one database log in to its nodes: outside the pools, so that a full pool
 * blinds nobody, with the secrets that its pools would use.
 */
final class MonitorLogin {
    /** pgjdbc counts in seconds. */
    private static final int ANSWER_SECONDS_MAX = 2;

    private static final int SECRET_SECONDS_MAX = 5;

    private final Config config;
    private final Database database;
    private final ClusterSettings settings;
    private final CredentialSource credentials;
    private final EventLoop loop;

    MonitorLogin(Config config, Database database, CredentialSource credentials, EventLoop loop) {
        this.config = config;
        this.database = database;
        this.settings = Objects.requireNonNull(database.cluster());
        this.credentials = credentials;
        this.loop = loop;
    }

    /** The database's name at the server. */
    String dbname() {
        return database.dbname();
    }

    /** Opens a connection; blocks. */
    Connection open(ServerAddress address, String dbname)
            throws SQLException, InterruptedException {
        Credential credential = credential(address);
        var properties = new Properties();
        properties.setProperty("user", settings.monitorUser());
        String password = credential instanceof Credential.Password known ? known.text() : "";
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "weir-monitor");
        properties.setProperty("connectTimeout", String.valueOf(ANSWER_SECONDS_MAX));
        properties.setProperty("socketTimeout", String.valueOf(ANSWER_SECONDS_MAX));
        properties.setProperty("tcpKeepAlive", "true");
        encrypt(properties);
        String url = "jdbc:postgresql://" + address + "/" + escaped(dbname);
        try {
            return DriverManager.getConnection(url, properties);
        } catch (SQLException e) {
            throw password.isEmpty() && isRefused(e) ? without(credential, e) : e;
        }
    }

    static boolean isRefused(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("28") || state.equals("08004"));
    }

    /** Says what is missing: a monitor needs the password itself. */
    private SQLException without(Credential credential, SQLException cause) {
        return new SQLException(
                "the server asks monitor_user \""
                        + settings.monitorUser()
                        + "\" for a password, and Weir has "
                        + credential
                        + " (expected: the plain password in auth_file or password_file)",
                cause.getSQLState(),
                cause);
    }

    private Credential credential(ServerAddress address) throws InterruptedException {
        PoolSettings rules = config.poolSettings(database, settings.monitorUser());
        var target =
                new ServerTarget(
                        database,
                        address,
                        settings.monitorUser(),
                        Map.of(),
                        rules.serverConnectTimeout(),
                        null,
                        new ServerTarget.LoginRules(
                                rules.serverAllowCleartext(), rules.serverScramIterationsMax()),
                        rules.sockets());
        var found = new CompletableFuture<Credential>();
        loop.execute(() -> credentials.find(target, loop, found::complete));
        try {
            return found.get(SECRET_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return Credential.None.now("no answer about its password");
        }
    }

    /** As {@code server_tls_*} say; a certificate of one's own is the pools' alone. */
    private void encrypt(Properties properties) {
        SslMode mode = config.get(Settings.SERVER_TLS_SSLMODE);
        String name = mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
        properties.setProperty("sslmode", name);
        String authorities = config.get(Settings.SERVER_TLS_CA_FILE);
        if (!authorities.isEmpty()) {
            properties.setProperty("sslrootcert", authorities);
        }
    }

    private static String escaped(String dbname) {
        return URLEncoder.encode(dbname, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
