package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One server of a cluster: its data directory, its port, and its process while it runs.
 *
 * <p>Keeps data and port over stop and start. Not for use by several threads at a time.
 */
public final class PgNode {
    /** The superuser of every node. */
    public static final String USER = "postgres";

    public static final String PASSWORD = "postgres";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final String name;
    private final Account account;
    private final Path bin;
    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private @Nullable ServerProcess process;

    PgNode(
            String name,
            Account account,
            Path bin,
            Path data,
            int port,
            Map<String, String> settings) {
        this.name = name;
        this.account = account;
        this.bin = bin;
        this.data = data;
        this.port = port;
        this.settings = new LinkedHashMap<>(settings);
    }

    /** The node's name in its cluster and, for a replica, its application_name at the primary. */
    public String name() {
        return name;
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    public Path dataDirectory() {
        return data;
    }

    /** What the server writes to its standard error, over all its runs. */
    public Path logFile() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    public String log() {
        try {
            return Files.readString(logFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + logFile(), e);
        }
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port + "/" + database;
    }

    public Connection connect() throws SQLException {
        return connect(USER, PASSWORD, "postgres");
    }

    public Connection connect(String user, String password, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "20");
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(jdbcUrl(database), properties);
    }

    /** Connects without logging in. */
    public WireClient wire() {
        return WireClient.connect(host(), port);
    }

    /**
     * Runs one or more statements as superuser in the database postgres, on a connection of their
     * own, as one simple query.
     *
     * @throws ServerError when one fails
     */
    public void execute(String sql) {
        run(sql);
    }

    /** Runs a query as {@link #execute} does; returns the first column of the first row. */
    public String queryText(String sql) {
        return text(run(sql), sql);
    }

    private static String text(List<Message> answer, String sql) {
        for (Message message : answer) {
            if (message.tag() == 'D') {
                String value = message.row().getFirst();
                return value == null ? "NULL" : value;
            }
        }
        throw new IllegalStateException("rows: 0 (expected: at least 1): " + sql);
    }

    /**
     * Asks until the answer is {@code expected}; fails with {@code what} after 30 s. All on one
     * connection: that the server forks for each would cost far more than the question.
     */
    public void awaitText(String what, String sql, String expected) {
        try (WireClient client = superuser()) {
            Await.until(what, LIMIT, () -> text(run(client, sql), sql).equals(expected));
            client.send(Wire.terminate());
        }
    }

    private WireClient superuser() {
        WireClient client = wire();
        try {
            client.login(USER, "postgres", PASSWORD);
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    private List<Message> run(String sql) {
        try (WireClient client = superuser()) {
            List<Message> answer = run(client, sql);
            client.send(Wire.terminate());
            return answer;
        }
    }

    private static List<Message> run(WireClient client, String sql) {
        List<Message> answer = client.query(sql);
        for (Message message : answer) {
            if (message.tag() == 'E') {
                throw new ServerError(message);
            }
        }
        return answer;
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** The pid of the postmaster. */
    public long pid() {
        return running().pid();
    }

    /** Starts the server and waits until it takes connections. */
    public void start() {
        launch();
        running().awaitReady();
    }

    /** Starts the server without waiting. */
    void launch() {
        if (isRunning()) {
            throw new IllegalStateException(name + " is running already, pid " + pid());
        }
        process = ServerProcess.start(account, bin, data, logFile());
    }

    public void stop(StopMode mode) {
        running().stop(mode);
    }

    /** Stops the server fast. */
    public void stop() {
        stop(StopMode.FAST);
    }

    /** Stops the server fast and starts it again. */
    public void restart() {
        stop();
        start();
    }

    /** Kills the postmaster and its children at once, as a loss of power would. */
    public void kill() {
        running().kill();
    }

    /** Suspends every process of the server: it accepts (the kernel does) and answers nothing. */
    public void pause() {
        running().suspend();
    }

    public void resume() {
        running().resume();
    }

    /** Lets a replica receive WAL but not apply it: its data stand still. */
    public void pauseReplay() {
        execute("SELECT pg_wal_replay_pause()");
        awaitText(
                "replay of " + name + " to pause",
                "SELECT pg_get_wal_replay_pause_state()",
                "paused");
    }

    public void resumeReplay() {
        execute("SELECT pg_wal_replay_resume()");
    }

    /** Makes a replica a primary and waits until it takes writes. */
    public void promote() {
        if (!queryText("SELECT pg_promote(true, 30)").equals("t")) {
            throw new IllegalStateException(name + " was not promoted in 30 s\n" + log());
        }
    }

    public boolean isInRecovery() {
        return queryText("SELECT pg_is_in_recovery()").equals("t");
    }

    /** Makes this node a replica of another one; see {@link #follow(String, int)}. */
    public void follow(PgNode primary) {
        follow(primary.host(), primary.port());
    }

    /**
     * Makes this node a replica of the server at an address. A running replica turns at once; a
     * stopped primary, if it went down clean before the other was promoted, at its next start.
     */
    public void follow(String host, int port) {
        setting(
                "primary_conninfo",
                "host=%s port=%d user=%s password=%s application_name=%s"
                        .formatted(host, port, USER, PASSWORD, name));
        DataFiles files = new DataFiles(data, account);
        if (!isRunning()) {
            files.write("standby.signal", "");
        }
    }

    /** Changes a line of postgresql.conf and reloads it where the server runs. */
    public void setting(String name, String value) {
        settings.put(name, value);
        writeSettings();
        if (isRunning()) {
            running().reload();
        }
    }

    void writeSettings() {
        new DataFiles(data, account).writeSettings(settings);
    }

    /** Ends the server if it runs, and gives back what it holds outside its directory. */
    void dispose(StopMode mode) {
        ServerProcess last = process;
        if (last != null && last.isAlive()) {
            last.stop(mode); // which may have ended meanwhile: Ctrl-C reaches it, too
        } else if (last != null) {
            new DataFiles(data, account).releaseSharedMemory();
        }
    }

    void awaitReady() {
        running().awaitReady();
    }

    private ServerProcess running() {
        if (process == null || !process.isAlive()) {
            throw new IllegalStateException(name + " is not running");
        }
        return process;
    }

    @Override
    public String toString() {
        return name + "@" + host() + ":" + port;
    }
}
