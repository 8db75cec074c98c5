package dev.weir.pgkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two PostgreSQL servers that Patroni looks after, with an etcd of their own, all on free ports of
 * 127.0.0.1. For programs that are installed; see {@link #isAvailable}.
 *
 * <p>Patroni looks at its servers every 2 s. It fails over at once if a postmaster has died, and
 * after 20 s if a Patroni has.
 */
public final class PatroniCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(90);
    private static final int ASK_MILLIS_MAX = 2_000;

    private final Path directory;
    private final Process etcd;
    private final Watchman watchman;
    private final List<PatroniMember> members = new ArrayList<>();

    private PatroniCluster(Path directory, Process etcd) {
        this.directory = directory;
        this.etcd = etcd;
        watchman = Watchman.over(directory, directory.resolve("none"), false);
    }

    /** Whether Patroni, etcd and a PostgreSQL that Patroni knows are installed. */
    public static boolean isAvailable() {
        return Tools.find("patroni").isPresent()
                && Tools.find("patronictl").isPresent()
                && Tools.find("etcd").isPresent()
                && PgVersion.V15.available();
    }

    /** Starts it; returns when one is the leader, and the other a replica. */
    public static PatroniCluster start() {
        Account account = Account.choose();
        Path directory = directory(account);
        int port = Ports.free();
        int peers = Ports.free();
        String url = "http://127.0.0.1:" + port;
        String peerUrl = "http://127.0.0.1:" + peers;
        Process etcd =
                run(
                        account,
                        directory,
                        "etcd",
                        List.of(
                                program("etcd"),
                                "--data-dir=" + directory.resolve("etcd"),
                                "--listen-client-urls=" + url,
                                "--advertise-client-urls=" + url,
                                "--listen-peer-urls=" + peerUrl,
                                "--initial-advertise-peer-urls=" + peerUrl,
                                "--initial-cluster=default=" + peerUrl));
        var cluster = new PatroniCluster(directory, etcd);
        try {
            Await.until(
                    "etcd to start", START_LIMIT, () -> status("127.0.0.1", port, "/health") > 0);
            for (int i = 1; i <= 2; i++) {
                var member = new PatroniMember("n" + i, directory, account);
                cluster.members.add(member);
                member.start(port, PgVersion.V15.binaries());
            }
            cluster.awaitBothUp();
            return cluster;
        } catch (RuntimeException e) {
            cluster.members.forEach(member -> e.addSuppressed(new RuntimeException(member.log())));
            cluster.close();
            throw e;
        }
    }

    private static Path directory(Account account) {
        try {
            Path directory = Files.createTempDirectory(Path.of("/var/tmp"), "pgkit-patroni-");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            account.own(directory);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a temporary directory", e);
        }
    }

    static String program(String name) {
        return Tools.find(name)
                .orElseThrow(() -> new IllegalStateException(name + " is not installed"))
                .toString();
    }

    /** Starts a program, of which the log and the process ID are in files of its name. */
    static Process run(Account account, Path directory, String name, List<String> command) {
        var builder =
                new ProcessBuilder(account.command(command))
                        .directory(new File("/"))
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        directory.resolve(name + ".log").toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PG"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("HOME", directory.toString());
        try {
            Process process = builder.start();
            Files.writeString(directory.resolve(name + ".pid"), process.pid() + "\n");
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + name, e);
        }
    }

    /** The status of an answer by HTTP; -1 if there is none. */
    static int status(String host, int port, String path) {
        try {
            var connection =
                    (HttpURLConnection)
                            URI.create("http://" + host + ":" + port + path)
                                    .toURL()
                                    .openConnection();
            connection.setConnectTimeout(ASK_MILLIS_MAX);
            connection.setReadTimeout(ASK_MILLIS_MAX);
            return connection.getResponseCode();
        } catch (IOException e) {
            return -1;
        }
    }

    public List<PatroniMember> members() {
        return members;
    }

    /** Waits until one is the leader, and the other a replica. */
    public void awaitBothUp() {
        Await.until(
                "a leader and a replica",
                START_LIMIT,
                () ->
                        members.stream().anyMatch(PatroniMember::isLeader)
                                && members.stream().anyMatch(PatroniMember::isReplica));
    }

    /**
     * The leader.
     *
     * @throws IllegalStateException if there is none
     */
    public PatroniMember leader() {
        return members.stream().filter(PatroniMember::isLeader).findFirst().orElseThrow();
    }

    /** The one that is not the leader. */
    public PatroniMember other(PatroniMember member) {
        return members.get(1 - members.indexOf(member));
    }

    /** Runs patronictl, which must succeed. */
    public String control(String... arguments) {
        var command = new ArrayList<String>();
        command.add(program("patronictl"));
        command.add("-c");
        command.add(members.getFirst().settings().toString());
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C.UTF-8");
        return Tools.run(COMMAND_LIMIT, builder).orThrow().out();
    }

    @Override
    public void close() {
        try {
            members.forEach(PatroniMember::dispose);
        } finally {
            etcd.destroyForcibly();
            etcd.onExit().join();
            Cache.delete(directory);
            watchman.dismiss();
        }
    }
}
