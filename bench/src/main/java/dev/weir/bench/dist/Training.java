package dev.weir.bench.dist;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Wire;
import dev.weir.pgkit.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the AOT cache of a distribution. It runs the distribution under the load that poolers see
 * (short queries, simple, extended and prepared; transactions; logins), so that the JVM stores its
 * classes, linked, and the code worth compiling.
 */
public final class Training {
    private static final long SECONDS = 12;
    private static final int CLIENTS = 8;

    private Training() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Path home = Path.of(args[0]);
        Path cache = home.resolve("lib/weir.aot");
        try (PgCluster cluster = PgCluster.start()) {
            List<String> options = List.of("-XX:AOTCacheOutput=" + cache);
            try (var weir = new Installation(home, cluster.primary(), Map.of(), options)) {
                load(weir);
            }
        }
        if (Files.notExists(cache)) {
            throw new IOException("the JVM wrote no " + cache);
        }
    }

    private static void load(Installation weir) throws InterruptedException {
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            boolean isDriver = i % 2 == 0;
            clients.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                while (System.nanoTime() < end) {
                                    if (isDriver) {
                                        drive(weir.port());
                                    } else {
                                        converse(weir);
                                    }
                                }
                            }));
        }
        for (Thread client : clients) {
            client.join();
        }
    }

    /** Sends what applications send through a driver. */
    private static void drive(int port) {
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?prepareThreshold=1";
        try (Connection connection = DriverManager.getConnection(url, PgNode.USER, "")) {
            for (int i = 0; i < 200; i++) {
                connection.setAutoCommit(i % 4 != 0);
                try (PreparedStatement statement =
                        connection.prepareStatement("select ?::int, 'x' || " + i % 16)) {
                    statement.setInt(1, i);
                    statement.executeQuery();
                }
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void converse(Installation weir) {
        try (WireClient client = weir.client()) {
            for (int i = 0; i < 500; i++) {
                client.query("select " + i);
                client.send(
                        Wire.parse("", "select $1"),
                        Wire.bind("", "", "v"),
                        Wire.execute("", 0),
                        Wire.sync());
                client.readUntilReady();
            }
            client.query("begin");
            client.query("set local application_name = 'training'");
            client.query("select * from generate_series(1, 1000)");
            client.query("commit");
        }
    }
}
