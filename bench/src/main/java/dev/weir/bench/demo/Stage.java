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
import java.util.stream.Stream;

/**
 * What the tour plays on: a PostgreSQL cluster, Weir before it, and the directory of Weir's files.
 */
final class Stage implements AutoCloseable {
    static final String USER = "demo";
    static final String PASSWORD = "demo";
    static final String DATABASE = "demo";

    /** The server connections of a pool. */
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
            writePrivately(users, '"' + USER + "\" \"" + PASSWORD + "\"\n");
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
        String known = "SELECT count(*) FROM pg_database WHERE datname = '" + DATABASE + "'";
        if (primary.queryText(known).equals("0")) {
            primary.execute("CREATE ROLE " + USER + " LOGIN PASSWORD '" + PASSWORD + "'");
            primary.execute("CREATE DATABASE " + DATABASE + " OWNER " + USER);
        }
    }

    private static String settings(PgCluster cluster, Path users, int port) {
        StringBuilder text = new StringBuilder("[databases]\n");
        text.append(entry(DATABASE, cluster.primary()));
        for (int i = 0; i < cluster.replicas().size(); i++) {
            text.append(entry(replicaName(i), cluster.replica(i)));
        }
        return text.append(
                        """

                        [weir]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        auth_type = scram-sha-256
                        auth_file = %s
                        admin_users = %s
                        pool_mode = transaction
                        default_pool_size = %d
                        max_client_conn = %d
                        """
                                .formatted(port, users, USER, POOL_SIZE, CLIENTS_MAX))
                .toString();
    }

    private static String entry(String name, PgNode node) {
        return String.format(
                Locale.ROOT,
                "%s = host=%s port=%d dbname=%s%n",
                name,
                node.host(),
                node.port(),
                DATABASE);
    }

    /** The database of the configuration that leads to a replica. */
    static String replicaName(int index) {
        return "demo_replica_" + (index + 1);
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

    /** What psql and pgbench take to reach a database through Weir. */
    String url(String database) {
        return url(port(), database);
    }

    private static String url(int port, String database) {
        return String.format(
                Locale.ROOT, "postgresql://%s:%s@127.0.0.1:%d/%s", USER, PASSWORD, port, database);
    }

    /** What they take to reach the primary itself. */
    String directUrl() {
        return url(cluster.primary().port(), DATABASE);
    }

    /** A new client of Weir. */
    Client client() {
        return client(DATABASE);
    }

    Client client(String database) {
        return Client.login(port(), USER, PASSWORD, database);
    }

    /** A connection to the primary itself, as its superuser: what does PostgreSQL see? */
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

    /** Stops everything and, where nothing is kept, removes it. */
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
