package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The options of a cluster to start. */
public final class PgClusterBuilder {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long MEMORY_BYTES_MIN = 4L << 30;

    private int replicas;
    private PgVersion version = PgVersion.V18;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> hba = new ArrayList<>();
    private @Nullable Path directory;
    private boolean kept;
    private @Nullable Path certificate;
    private @Nullable Path key;

    PgClusterBuilder() {
        settings.put("listen_addresses", "127.0.0.1");
        settings.put("max_connections", "200");
        settings.put("max_wal_senders", "20");
        settings.put("max_prepared_transactions", "10");
        settings.put("wal_level", "replica");
        settings.put("wal_keep_size", "256MB");
        settings.put("wal_retrieve_retry_interval", "100ms");
        settings.put("hot_standby", "on");
        settings.put("password_encryption", "scram-sha-256");
        settings.put("fsync", "off");
        // In /dev/shm, the shared memory would outlive a killed server.
        settings.put("dynamic_shared_memory_type", "mmap");
        settings.put("log_line_prefix", "%m [%p] %q%u@%d ");
    }

    public PgClusterBuilder replicas(int count) {
        replicas = count;
        return this;
    }

    public PgClusterBuilder version(PgVersion version) {
        this.version = version;
        return this;
    }

    /** Sets a line of postgresql.conf on every node. */
    public PgClusterBuilder setting(String name, String value) {
        settings.put(name, value);
        return this;
    }

    /**
     * Adds a line to pg_hba.conf. The first one replaces the default, which trusts every TCP
     * connection. Local connections and replication are always trusted, by lines that come after
     * these.
     */
    public PgClusterBuilder hba(String line) {
        hba.add(line);
        return this;
    }

    /** Enables TLS, with a certificate and its key in PEM files. */
    public PgClusterBuilder tls(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
        return this;
    }

    /**
     * Puts the cluster in a directory that does not exist yet, and that is deleted at the end. If
     * we are root, PostgreSQL's user must be able to pass through the directories above it. By
     * default the cluster is in memory (/dev/shm) if 4 GiB are free there, otherwise in
     * java.io.tmpdir.
     */
    public PgClusterBuilder directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /**
     * Puts the cluster in a directory that outlives it. If an earlier cluster left its data there,
     * they are used again; new replicas are copies of the primary.
     */
    public PgClusterBuilder keptIn(Path directory) {
        this.directory = directory;
        kept = true;
        return this;
    }

    /** Starts all nodes; returns when they accept connections and the replicas are streaming. */
    public PgCluster start() {
        Account account = Account.choose();
        Template template = Template.of(version, account);
        Path home = home();
        Path sockets = temporary("pgs-");
        try {
            PgCluster cluster = arrange(account, template, home, sockets);
            cluster.launch();
            return cluster;
        } catch (RuntimeException e) {
            if (!kept) {
                Cache.delete(home);
            }
            Cache.delete(sockets);
            throw e;
        }
    }

    private PgCluster arrange(Account account, Template template, Path home, Path sockets) {
        account.checkReaches(home);
        account.checkReaches(sockets);
        account.own(home);
        account.own(sockets);
        settings.put("unix_socket_directories", sockets.toString());
        PgNode primary = node("primary", account, template, home);
        List<PgNode> nodes = new ArrayList<>();
        for (int i = 1; i <= replicas; i++) {
            PgNode replica = node("replica-" + i, account, template, home);
            replica.follow(primary);
            nodes.add(replica);
        }
        return new PgCluster(home, sockets, primary, nodes, kept);
    }

    private PgNode node(String name, Account account, Template template, Path home) {
        Path data = home.resolve(name);
        if (!Files.exists(data)) {
            Path primary = home.resolve("primary");
            (kept && Files.exists(primary) ? new Template(primary) : template).copyTo(data);
        }
        int port = Ports.free();
        Map<String, String> own = new LinkedHashMap<>(settings);
        own.put("port", String.valueOf(port));
        DataFiles files = new DataFiles(data, account);
        if (certificate != null && key != null) {
            own.put("ssl", "on");
            own.put("ssl_cert_file", files.write("server.crt", read(certificate)).toString());
            own.put("ssl_key_file", files.write("server.key", read(key)).toString());
        }
        files.writeHba(rules());
        PgNode node = new PgNode(name, account, version.binaries(), data, port, own);
        node.writeSettings();
        return node;
    }

    private List<String> rules() {
        List<String> rules = new ArrayList<>(hba);
        if (hba.isEmpty()) {
            rules.add("host all all 127.0.0.1/32 trust");
            rules.add("host all all ::1/128 trust");
        }
        rules.add("local all all trust");
        rules.add("local replication all trust");
        rules.add("host replication all 127.0.0.1/32 trust");
        return rules;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private Path home() {
        if (directory == null) {
            return temporary("pgkit-");
        }
        if (!kept || !Files.exists(directory)) {
            return created(directory);
        }
        Path home = directory.toAbsolutePath();
        try {
            checkFree(home);
            return passable(home);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + home, e);
        }
    }

    /** Throws unless the directory is empty or holds a cluster that is not running. */
    private static void checkFree(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            if (!Files.exists(home.resolve("primary/PG_VERSION")) && files.findAny().isPresent()) {
                throw new IllegalStateException(
                        home + " is neither empty nor a cluster that was kept there");
            }
        }
        Path lock = home.resolve("primary/postmaster.pid");
        if (Files.exists(lock)) {
            String pid = Files.readAllLines(lock).getFirst().strip();
            if (ProcessHandle.of(Long.parseLong(pid)).isPresent()) {
                throw new IllegalStateException(home + " is in use by PostgreSQL, pid " + pid);
            }
        }
    }

    private static Path created(Path directory) {
        try {
            return passable(Files.createDirectory(directory.toAbsolutePath()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + directory, e);
        }
    }

    private static Path temporary(String prefix) {
        try {
            return passable(Files.createTempDirectory(scratch(), prefix));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a temporary directory", e);
        }
    }

    /** Returns the in-memory file system if it has room for a few clusters. */
    private static Path scratch() throws IOException {
        boolean room =
                Files.isWritable(MEMORY)
                        && Files.getFileStore(MEMORY).getUsableSpace() >= MEMORY_BYTES_MIN;
        return room ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
    }

    /** Lets PostgreSQL's user, and clients of its sockets, pass through the directory. */
    private static Path passable(Path directory) throws IOException {
        return Files.setPosixFilePermissions(
                directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
