package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two PostgreSQL servers that pg_auto_failover looks after, and its monitor, all on free ports of
 * 127.0.0.1. For programs that are installed; see {@link #isAvailable}.
 */
public final class AutoFailoverCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(90);
    private static final Duration END_LIMIT = Duration.ofSeconds(30);

    private static final Path EXTENSION =
            Path.of("/usr/share/postgresql/15/extension/pgautofailover.control");

    private final Account account = Account.choose();
    private final Path directory;
    private final Watchman watchman;
    private final Member monitor;
    private final List<Member> members = new ArrayList<>();

    /** A server, and the pg_autoctl that runs it. */
    private record Member(String name, Path data, int port, Process autoctl) {
        String address() {
            return "127.0.0.1:" + port;
        }

        String ask(String user, String database, String sql) {
            try (WireClient client = WireClient.connect("127.0.0.1", port)) {
                client.login(user, database);
                return client.query(sql).stream()
                        .filter(message -> message.tag() == 'D')
                        .map(message -> String.valueOf(message.row().getFirst()))
                        .findFirst()
                        .orElse("");
            } catch (RuntimeException notYet) {
                return "";
            }
        }

        boolean isInRecovery() {
            return ask(PgNode.USER, "postgres", "SELECT pg_is_in_recovery()").equals("t");
        }

        boolean isPrimary() {
            return ask(PgNode.USER, "postgres", "SELECT pg_is_in_recovery()").equals("f");
        }
    }

    private AutoFailoverCluster() {
        try {
            directory = Files.createTempDirectory(Path.of("/var/tmp"), "pgkit-autofailover-");
            account.own(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a temporary directory", e);
        }
        watchman = Watchman.over(directory, directory.resolve("none"), false);
        monitor = start("monitor", List.of());
    }

    /** Whether pg_auto_failover is installed for a PostgreSQL 15 that is. */
    public static boolean isAvailable() {
        return Tools.find("pg_autoctl").isPresent()
                && Files.exists(EXTENSION)
                && PgVersion.V15.available();
    }

    /** Starts it; returns when one is the primary, and the other its secondary. */
    public static AutoFailoverCluster start() {
        var cluster = new AutoFailoverCluster();
        try {
            Await.until(
                    "the monitor to start",
                    START_LIMIT,
                    () ->
                            cluster.monitor
                                    .ask("autoctl_node", "pg_auto_failover", "SELECT 1")
                                    .equals("1"));
            for (String name : List.of("n1", "n2")) {
                cluster.members.add(
                        cluster.start(
                                name,
                                List.of(
                                        "--name=" + name,
                                        "--username=" + PgNode.USER,
                                        "--dbname=postgres",
                                        "--monitor=postgres://autoctl_node@"
                                                + cluster.monitor.address()
                                                + "/pg_auto_failover")));
                // the first becomes the primary, and the other is made from it
                Await.until(
                        name + " to be known",
                        START_LIMIT,
                        () -> cluster.states().matches(name + " single|.*n2 .*"));
            }
            cluster.awaitBothUp();
            return cluster;
        } catch (RuntimeException e) {
            cluster.members.forEach(one -> e.addSuppressed(new RuntimeException(cluster.log(one))));
            cluster.close();
            throw e;
        }
    }

    private Member start(String name, List<String> options) {
        Path data = directory.resolve(name);
        int port = Ports.free();
        var command = new ArrayList<String>();
        command.add("env");
        command.add("PATH=" + PgVersion.V15.binaries() + ":/usr/bin:/bin");
        command.add("XDG_RUNTIME_DIR=" + directory);
        command.add(PatroniCluster.program("pg_autoctl"));
        command.add("create");
        command.add(options.isEmpty() ? "monitor" : "postgres");
        command.add("--pgdata=" + data);
        command.add("--pgport=" + port);
        command.add("--hostname=127.0.0.1");
        command.add("--auth=trust");
        command.add("--no-ssl");
        command.add("--run");
        command.addAll(options);
        return new Member(name, data, port, PatroniCluster.run(account, directory, name, command));
    }

    /** Name and state of each server, by the monitor's word. */
    private String states() {
        return monitor.ask(
                "autoctl_node",
                "pg_auto_failover",
                "SELECT string_agg(nodename || ' ' || reportedstate, ', ' ORDER BY nodename) FROM"
                        + " pgautofailover.node");
    }

    private String log(Member member) {
        try {
            return Files.readString(directory.resolve(member.name() + ".log"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    /** Waits until one is the primary, and the other its secondary. */
    public void awaitBothUp() {
        Await.until(
                "a primary and a secondary",
                START_LIMIT,
                () -> {
                    String now = states();
                    return (now.equals("n1 primary, n2 secondary")
                                    || now.equals("n1 secondary, n2 primary"))
                            && members.stream().anyMatch(Member::isPrimary)
                            && members.stream().anyMatch(Member::isInRecovery);
                });
    }

    /** The addresses of the servers, as in {@code nodes=}. */
    public List<String> addresses() {
        return members.stream().map(Member::address).toList();
    }

    /**
     * The address of the primary.
     *
     * @throws java.util.NoSuchElementException if there is none
     */
    public String primary() {
        return members.stream().filter(Member::isPrimary).findFirst().orElseThrow().address();
    }

    /** The address of the other. */
    public String secondary() {
        return members.stream().filter(Member::isInRecovery).findFirst().orElseThrow().address();
    }

    /** Has the monitor give the primary's role to the other; returns when that is done. */
    public void switchOver() {
        Tools.run(
                        COMMAND_LIMIT,
                        new ProcessBuilder(
                                account.command(
                                        List.of(
                                                "env",
                                                "HOME=" + directory,
                                                "XDG_RUNTIME_DIR=" + directory,
                                                PatroniCluster.program("pg_autoctl"),
                                                "perform",
                                                "switchover",
                                                "--pgdata=" + monitor.data()))))
                .orThrow();
    }

    @Override
    public void close() {
        var all = new ArrayList<>(members);
        all.add(monitor); // the others talk to it
        for (Member one : all) {
            one.autoctl().destroy();
            try {
                if (!one.autoctl().waitFor(END_LIMIT)) {
                    one.autoctl().destroyForcibly();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (Files.exists(one.data())) {
                new DataFiles(one.data(), account).releaseSharedMemory();
            }
        }
        Cache.delete(directory);
        watchman.dismiss();
    }
}
