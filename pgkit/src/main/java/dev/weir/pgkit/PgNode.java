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
 * <p>Its data and port stay the same when it is stopped and started. Not thread-safe.
 */
public final class PgNode {
    /** The superuser of every node. */
    public static final String USER = "postgres";

    public static final String PASSWORD = "postgres";

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** For a copy of a data directory whose server is at work. */
    private static final Duration COPY_LIMIT = Duration.ofMinutes(5);

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

    /** The node's name in its cluster; for a replica, also its application_name at the primary. */
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

    /** The file with what the server has written to its standard error, in all its runs. */
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
     * Runs one or more statements as superuser in the database postgres, as one simple query on a
     * separate connection.
     *
     * @throws ServerError if a statement fails
     */
    public void execute(String sql) {
        run(sql);
    }

    /** Runs a query in the way of {@link #execute}; returns the first column of the first row. */
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
     * Repeats a query until the answer is {@code expected}; throws with {@code what} after 30 s.
     * All queries use one connection, because a new server process for each would cost far more
     * than the query.
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

    /** The process ID of the postmaster. */
    public long pid() {
        return running().pid();
    }

    /** Starts the server and waits until it accepts connections. */
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

    /** Stops the server in fast mode. */
    public void stop() {
        stop(StopMode.FAST);
    }

    /** Stops the server in fast mode and starts it again. */
    public void restart() {
        stop();
        start();
    }

    /** Kills the postmaster and its children at once, like a power failure. */
    public void kill() {
        running().kill();
    }

    /**
     * Suspends every process of the server: connections are accepted (by the kernel), but nothing
     * is answered.
     */
    public void pause() {
        running().suspend();
    }

    public void resume() {
        running().resume();
    }

    /** Lets a replica receive WAL but not apply it, so that its data do not change. */
    public void pauseReplay() {
        execute("SELECT pg_wal_replay_pause()");
        awaitText(
                "replay of " + name + " to pause",
                "SELECT pg_get_wal_replay_pause_state()",
                "paused");
    }

    /** Lets it go on. What is replayed then may cancel the very statement that asked for it. */
    public void resumeReplay() {
        try {
            execute("SELECT pg_wal_replay_resume()");
        } catch (ServerError e) {
            if (!e.sqlState().equals("40001")) {
                throw e;
            }
        }
    }

    /** Makes a replica a primary and waits until it accepts writes. */
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
     * Makes this node a replica of the server at an address. A running replica switches at once. A
     * stopped primary does so at its next start, if it was shut down cleanly before the other
     * server was promoted.
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

    /**
     * Makes this node, which is stopped, a standby of another one that runs, whatever it was: its
     * data are replaced by a copy of the other's.
     */
    public void copyOf(PgNode primary) {
        if (isRunning()) {
            throw new IllegalStateException(name + " is running, pid " + pid());
        }
        DataFiles files = new DataFiles(data, account);
        files.releaseSharedMemory();
        String label;
        try (WireClient client = primary.superuser()) {
            run(client, "SELECT pg_backup_start('pgkit', true)");
            Cache.delete(data);
            // A file may vanish while it is copied; then nobody needs it.
            Tools.run(COPY_LIMIT, "cp", "-a", primary.data.toString(), data.toString());
            String stop = "SELECT labelfile FROM pg_backup_stop(false)";
            label = text(run(client, stop), stop);
            client.send(Wire.terminate());
        }
        Cache.delete(data.resolve("postmaster.pid"));
        files.write("backup_label", label);
        writeSettings();
        follow(primary);
    }

    /** Changes a line of postgresql.conf and, if the server is running, reloads it. */
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

    /** Ends the server if it is running, and releases what it holds outside its directory. */
    void dispose(StopMode mode) {
        ServerProcess last = process;
        if (last != null && last.isAlive()) {
            last.stop(mode); // it may have ended meanwhile, because Ctrl-C reaches it too
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
