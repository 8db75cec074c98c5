package dev.weir.bench.demo;

import dev.weir.app.Weir;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgClusterBuilder;
import dev.weir.pgkit.PgNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The setting of the tour: a PostgreSQL cluster, Weir in front of it, and the directory of Weir's
 * files.
 */
final class Stage implements AutoCloseable {
    static final String USER = "demo";
    static final String PASSWORD = "demo";

    /** The database, and also the entry of the configuration that routes. */
    static final String DATABASE = "demo";

    /** The entries that send everything to the primary, or everything to replicas. */
    static final String ON_PRIMARY = "demo_primary";

    static final String ON_REPLICA = "demo_replica";

    private static final String MONITOR = "weir";

    /** The number of server connections in a pool. */
    static final int POOL_SIZE = 10;

    private static final int CLIENTS_MAX = 2_000;

    private final PgCluster cluster;
    private final Weir weir;
    private final Path directory;
    private final boolean kept;

    private Stage(PgCluster cluster, Weir weir, Path directory, boolean kept) {
        this.cluster = cluster;
        this.weir = weir;
        this.directory = directory;
        this.kept = kept;
    }

    static Stage start(Options options) throws DemoException {
        try {
            Path keep = options.keep();
            Path directory = keep == null ? Files.createTempDirectory("weir-demo-") : keepIn(keep);
            PgClusterBuilder builder =
                    PgCluster.builder()
                            .replicas(options.replicas())
                            .hba("host all all 127.0.0.1/32 scram-sha-256");
            if (keep != null) {
                builder.keptIn(directory.resolve("postgres"));
            }
            return start(builder, options.port(), directory, keep != null);
        } catch (IOException | ConfigException | RuntimeException e) {
            throw new DemoException("the demo cannot start: " + reason(e));
        }
    }

    private static Stage start(PgClusterBuilder builder, int port, Path directory, boolean kept)
            throws IOException, ConfigException {
        PgCluster cluster = null;
        try {
            cluster = builder.start();
            welcomeDemo(cluster.primary());
            cluster.awaitReplicas();
            Path file = directory.resolve("weir.ini");
            Path users = directory.resolve("userlist.txt");
            writePrivately(users, secret(USER, PASSWORD) + secret(MONITOR, MONITOR));
            writePrivately(file, settings(cluster, users, port));
            return new Stage(cluster, Weir.start(Config.load(file)), directory, kept);
        } catch (IOException | ConfigException | RuntimeException e) {
            if (cluster != null) {
                cluster.close();
            }
            if (!kept) {
                remove(directory);
            }
            throw e;
        }
    }

    private static void welcomeDemo(PgNode primary) {
        if (isMissing(primary, "pg_roles", "rolname", MONITOR)) {
            primary.execute("CREATE ROLE " + MONITOR + " LOGIN PASSWORD '" + MONITOR + "'");
            primary.execute("GRANT pg_monitor TO " + MONITOR);
        }
        if (isMissing(primary, "pg_database", "datname", DATABASE)) {
            primary.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
            primary.execute("CREATE DATABASE " + DATABASE + " OWNER " + USER);
        }
    }

    private static String secret(String user, String password) {
        return "\"%s\" \"%s\"\n".formatted(user, password);
    }

    private static boolean isMissing(PgNode primary, String catalog, String column, String name) {
        String known = "SELECT count(*) FROM %s WHERE %s = '%s'".formatted(catalog, column, name);
        return primary.queryText(known).equals("0");
    }

    private static String settings(PgCluster cluster, Path users, int port) {
        String nodes =
                cluster.nodes().stream().map(Stage::address).collect(Collectors.joining(","));
        return """
        [databases]
        ; one primary and its replicas: Weir finds out which is which
        %1$s = nodes=%4$s dbname=%1$s route=auto causal_wait=20ms
        %2$s = nodes=%4$s dbname=%1$s route=primary
        %3$s = nodes=%4$s dbname=%1$s route=replica

        [weir]
        listen_addr = 127.0.0.1
        listen_port = %5$d
        auth_type = scram-sha-256
        auth_file = %6$s
        admin_users = %7$s
        monitor_user = %8$s
        pool_mode = transaction
        default_pool_size = %9$d
        max_client_conn = %10$d
        """
                .formatted(
                        DATABASE,
                        ON_PRIMARY,
                        ON_REPLICA,
                        nodes,
                        port,
                        users,
                        USER,
                        MONITOR,
                        POOL_SIZE,
                        CLIENTS_MAX);
    }

    /** Weir's name for a node. */
    static String address(PgNode node) {
        return node.host() + ":" + node.port();
    }

    PgCluster cluster() {
        return cluster;
    }

    Weir weir() {
        return weir;
    }

    int port() {
        return weir.port();
    }

    Path directory() {
        return directory;
    }

    /** The URL with which psql and pgbench reach a database through Weir. */
    String url(String database) {
        return url(port(), database);
    }

    private static String url(int port, String database) {
        return String.format(
                Locale.ROOT, "postgresql://%s:%s@127.0.0.1:%d/%s", USER, PASSWORD, port, database);
    }

    /** The URL with which they reach the primary directly. */
    String directUrl() {
        return url(cluster.primary().port(), DATABASE);
    }

    /** A new client of Weir, on the primary. */
    Client client() {
        return client(ON_PRIMARY);
    }

    Client client(String database) {
        return Client.login(port(), USER, PASSWORD, database);
    }

    /** A client of Weir's console. */
    Client console() {
        return client("pgbouncer");
    }

    /** A direct connection to the primary as its superuser, to observe what PostgreSQL sees. */
    Client observer() {
        return Client.login(cluster.primary().port(), PgNode.USER, PgNode.PASSWORD, "postgres");
    }

    private static Path keepIn(Path keep) throws IOException, DemoException {
        Path directory = keep.toAbsolutePath().normalize();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                if (!Files.exists(directory.resolve("postgres")) && files.findAny().isPresent()) {
                    throw new DemoException(
                            "--keep: " + directory + " is neither empty nor an earlier demo's");
                }
            }
            return directory;
        }
        if (Files.exists(directory)) {
            throw new DemoException("--keep: " + directory + " is no directory");
        }
        return Files.createDirectories(directory);
    }

    private static void writePrivately(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }

    private static String reason(Exception e) {
        String text = String.valueOf(e.getMessage());
        Throwable cause = e.getCause();
        return cause == null || text.contains(String.valueOf(cause.getMessage()))
                ? text
                : text + ": " + cause;
    }

    /** Stops everything and removes it, unless it is to be kept. */
    @Override
    public void close() {
        try {
            weir.close();
        } finally {
            cluster.close();
            if (!kept) {
                remove(directory);
            }
        }
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            System.err.println("weir: cannot remove " + directory + ": " + e);
        }
    }
}
