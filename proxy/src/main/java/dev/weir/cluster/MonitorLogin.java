package dev.weir.cluster;

import dev.weir.backend.Credential;
import dev.weir.backend.CredentialSource;
import dev.weir.backend.ServerTarget;
import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolSettings;
import dev.weir.config.ServerAddress;
import dev.weir.net.SystemError;
import dev.weir.tls.TlsChannel;
import dev.weir.tls.TlsContext;
import dev.weir.tls.TlsPolicy;
import io.netty.channel.EventLoop;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Logs the monitors of one database in to its nodes. The connections are not part of the pools, so
 * that a full pool does not stop the monitoring, but they use the same secrets.
 */
final class MonitorLogin {
    /** In seconds, because that is the unit of pgjdbc. */
    private static final int ANSWER_SECONDS_MAX = 2;

    private static final int SECRET_SECONDS_MAX = 5;

    /** The SQLSTATE of pgjdbc if the server asks for a password and none is set. */
    private static final String NO_PASSWORD = "08004";

    private final Config config;
    private final Database database;
    private final ClusterSettings settings;
    private final CredentialSource credentials;
    private final Supplier<TlsPolicy> tls;
    private final EventLoop loop;

    MonitorLogin(
            Config config,
            Database database,
            CredentialSource credentials,
            Supplier<TlsPolicy> tls,
            EventLoop loop) {
        this.config = config;
        this.database = database;
        this.settings = Objects.requireNonNull(database.cluster());
        this.credentials = credentials;
        this.tls = tls;
        this.loop = loop;
    }

    /** The name of the database at the server. */
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
        try {
            return connect("jdbc:postgresql://" + address + "/" + escaped(dbname), properties);
        } catch (SQLException e) {
            throw NO_PASSWORD.equals(e.getSQLState()) ? without(credential, e) : e;
        }
    }

    /**
     * Connects with the TLS policy of {@code server_tls_*} that the next connection of the pools
     * would use.
     */
    private Connection connect(String url, Properties properties) throws SQLException {
        TlsPolicy policy = tls.get();
        TlsContext context = policy.context();
        if (context == null) {
            properties.setProperty("sslmode", "disable");
            return DriverManager.getConnection(url, properties);
        }
        properties.setProperty("sslmode", policy.insists() ? "require" : "prefer");
        properties.setProperty("sslfactory", MonitorSockets.class.getName());
        return ScopedValue.where(MonitorSockets.TLS, context)
                .call(() -> DriverManager.getConnection(url, properties));
    }

    static boolean isRefused(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("28") || state.equals(NO_PASSWORD));
    }

    /** Whether a server that is away, or about to go away, fails so. */
    static boolean isAbsence(SQLException e) {
        String state = e.getSQLState();
        return state != null
                && (state.startsWith("08") && !state.equals(NO_PASSWORD)
                        || state.startsWith("57P"));
    }

    /** The reason for a failure, in words for the operator. */
    static String reason(SQLException e) {
        return switch (e.getCause()) {
            case UnknownHostException unknown ->
                    "the host name " + unknown.getMessage() + " has no address";
            case SSLException failure -> "SSL error: " + TlsChannel.reason(failure);
            case null, default -> {
                String system = SystemError.of(e.getCause());
                yield system == null ? String.valueOf(e.getMessage()) : system;
            }
        };
    }

    /** Returns an exception that says what is missing: a monitor needs the password itself. */
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
                                rules.serverAllowCleartext(),
                                rules.serverScramIterationsMax(),
                                null),
                        rules.sockets());
        var found = new CompletableFuture<Credential>();
        loop.execute(() -> credentials.find(target, loop, found::complete));
        try {
            return found.get(SECRET_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return Credential.None.now("no answer about its password");
        }
    }

    private static String escaped(String dbname) {
        return URLEncoder.encode(dbname, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
