package dev.weir.check;

import dev.weir.config.ClusterSettings;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.PoolMode;
import dev.weir.config.PoolSettings;
import dev.weir.config.Route;
import dev.weir.config.ServerAddress;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;

/** Finds what is in order, and is often not what was wanted: defaults, above all. */
final class Advice {
    /** What Weir's own default is. */
    private static final int FEW_CLIENTS = 1_000;

    private final Config config;
    private final List<Finding> findings = new ArrayList<>();

    Advice(Config config) {
        this.config = config;
    }

    List<Finding> findings() {
        defaults();
        for (Database database : config.databases()) {
            routing(database);
            smallPool(database);
        }
        unprotected();
        socketDirectory();
        return findings;
    }

    private void note(String text) {
        findings.add(Finding.note(text));
    }

    /** Under {@code [pgbouncer]} the defaults are PgBouncer's, and these seldom fit. */
    private void defaults() {
        if (isDefault(Settings.POOL_MODE) && config.get(Settings.POOL_MODE) == PoolMode.SESSION) {
            note(
                    "pool_mode: session (the default): a client keeps its server connection until"
                            + " it leaves (transaction: until its transaction ends)");
        }
        int clients = config.get(Settings.MAX_CLIENT_CONN);
        if (isDefault(Settings.MAX_CLIENT_CONN) && clients < FEW_CLIENTS) {
            note(
                    "max_client_conn: "
                            + clients
                            + " (the default): further clients are refused; idle ones cost little");
        }
    }

    private boolean isDefault(Setting<?> setting) {
        return !config.isSet(setting);
    }

    private void routing(Database database) {
        ClusterSettings cluster = database.cluster();
        if (cluster != null
                && cluster.nodes().size() > 1
                && cluster.routing().route() == Route.EXPLICIT) {
            note(
                    "database \""
                            + database.name()
                            + "\": route = explicit: only transactions that declare that they only"
                            + " read go to replicas (route=auto: also statements that provably only"
                            + " read)");
        }
    }

    private void smallPool(Database database) {
        String user = database.forcedUser();
        PoolSettings pool = config.poolSettings(database, user == null ? "" : user);
        if (pool.mode() != PoolMode.SESSION && pool.poolSize() > 0 && pool.maxPinned() == 0) {
            note(
                    "database \""
                            + database.name()
                            + "\": pool_size = "
                            + pool.poolSize()
                            + " and max_pinned = 0: CREATE TEMP TABLE, session advisory locks and"
                            + " the like fail, since no client may keep a server connection (a"
                            + " larger pool_size, or pool_mode=session)");
        }
    }

    private void unprotected() {
        SslMode mode = config.get(Settings.SERVER_TLS_SSLMODE);
        if (mode.compareTo(SslMode.VERIFY_CA) >= 0 || !isDefault(Settings.SERVER_TLS_SSLMODE)) {
            return;
        }
        List<String> remote =
                config.databases().stream()
                        .flatMap(one -> one.hosts().stream())
                        .filter(Advice::isElsewhere)
                        .map(ServerAddress::host)
                        .distinct()
                        .toList();
        if (!remote.isEmpty()) {
            note(
                    "server_tls_sslmode: prefer (the default) does not prove that "
                            + String.join(", ", remote)
                            + (remote.size() == 1 ? " is" : " are")
                            + " the right server (better: verify-full, with server_tls_ca_file)");
        }
    }

    private static boolean isElsewhere(ServerAddress address) {
        if (address.isUnix() || address.host().equals("localhost")) {
            return false;
        }
        try {
            return !InetAddress.ofLiteral(address.host()).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return true; // a host name
        }
    }

    private void socketDirectory() {
        String directory = config.get(Settings.UNIX_SOCKET_DIR);
        if (directory.isEmpty() || directory.startsWith("@")) {
            return;
        }
        try {
            if (Files.getPosixFilePermissions(Path.of(directory))
                    .contains(PosixFilePermission.OTHERS_WRITE)) {
                note(
                        "unix_socket_dir: every user of this machine can write to "
                                + directory
                                + ", and so could listen there before Weir does (better:"
                                + " /run/weir)");
            }
        } catch (IOException | UnsupportedOperationException _) {
            // The start says what is wrong with it.
        }
    }

    /** Notes addresses on which somebody listens already: Weir itself, if it is running. */
    static List<Finding> taken(Config config) {
        int port = config.get(Settings.LISTEN_PORT);
        List<Finding> found = new ArrayList<>();
        if (port == 0 || config.get(Settings.SO_REUSEPORT)) {
            return found;
        }
        for (String address : config.get(Settings.LISTEN_ADDR)) {
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(
                        address.equals("*")
                                ? new InetSocketAddress(port)
                                : new InetSocketAddress(address, port));
            } catch (IOException | IllegalArgumentException e) {
                found.add(
                        Finding.note(
                                "listen_addr: cannot listen on "
                                        + address
                                        + ", port "
                                        + port
                                        + " now: "
                                        + e.getMessage()
                                        + " (in order if that is Weir, running already)"));
            }
        }
        return found;
    }
}
