package dev.weir.bench.soak;

import dev.weir.pgkit.PgCluster;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The Weir that is observed: a process with the options of the launcher. */
final class Subject implements AutoCloseable {
    private static final Pattern UP = Pattern.compile("process up:.* port=([0-9]+)");
    private static final long START_SECONDS_MAX = 60;

    private final Path directory;
    private final Process process;
    private final int opsPort;
    private int port;

    private Subject(Path directory, Process process, int opsPort) {
        this.directory = directory;
        this.process = process;
        this.opsPort = opsPort;
    }

    static Subject start(Path directory, PgCluster cluster, Path options, int opsPort, int clients)
            throws IOException, InterruptedException {
        renewCertificate(directory);
        String nodes =
                cluster.nodes().stream()
                        .map(node -> node.host() + ":" + node.port())
                        .collect(Collectors.joining(","));
        Path ini = directory.resolve("weir.ini");
        Files.writeString(
                ini,
                """
                [databases]
                app = nodes=%1$s dbname=postgres user=%2$s password=%3$s route=auto
                own = host=127.0.0.1 port=%4$d dbname=postgres user=%2$s password=%3$s pool_mode=session pool_size=12
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = 0
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 12
                max_client_conn = %5$d
                admin_users = soak
                client_tls_sslmode = allow
                client_tls_key_file = %6$s/key.pem
                client_tls_cert_file = %6$s/cert.pem
                ops_port = %7$d
                causal_reads = session
                log_connections = 0
                log_disconnections = 0
                log_pooler_errors = 0
                """
                        .formatted(
                                nodes,
                                PgNode.USER,
                                PgNode.PASSWORD,
                                cluster.primary().port(),
                                clients + 100,
                                directory,
                                opsPort));
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(launcherOptions(options));
        command.addAll(
                List.of("-cp", absoluteClassPath(), "dev.weir.app.Main", "run", ini.toString()));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("weir.log").toFile())
                        .start();
        var subject = new Subject(directory, process, opsPort);
        subject.awaitPort();
        return subject;
    }

    private static String absoluteClassPath() {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .map(entry ->
                        entry.endsWith("*") ? entry : Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** What stands between the brackets of {@code options=( … )}. */
    private static List<String> launcherOptions(Path file) throws IOException {
        String text = Files.readString(file);
        int begin = text.indexOf("options=(") + "options=(".length();
        return List.of(text.substring(begin, text.indexOf(')', begin)).strip().split("\\s+", -1));
    }

    private void awaitPort() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (port == 0) {
            Matcher up = UP.matcher(said());
            if (up.find()) {
                port = Integer.parseInt(up.group(1));
            } else if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw new IllegalStateException("Weir did not start:\n" + said());
            } else {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    /** Replaces the certificate and its key by others. Needs the command {@code openssl}. */
    static void renewCertificate(Path directory) throws IOException, InterruptedException {
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-keyout",
                                "key.new",
                                "-out",
                                "cert.new")
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("openssl.log").toFile())
                        .start();
        if (openssl.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(directory.resolve("openssl.log")));
        }
        for (String name : List.of("key", "cert")) {
            Files.move(
                    directory.resolve(name + ".new"),
                    directory.resolve(name + ".pem"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    String said() throws IOException {
        return Files.readString(directory.resolve("weir.log"));
    }

    int port() {
        return port;
    }

    int opsPort() {
        return opsPort;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A client at the console. */
    WireClient console() {
        WireClient client = WireClient.connect("127.0.0.1", port);
        client.login("soak", "pgbouncer");
        return client;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
