package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One Patroni and the PostgreSQL that it starts and stops. */
public final class PatroniMember {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final Path directory;
    private final Account account;
    private final int port = Ports.free();
    private final int restPort = Ports.free();
    private @Nullable Process process;

    PatroniMember(String name, Path directory, Account account) {
        this.name = name;
        this.directory = directory;
        this.account = account;
    }

    public String name() {
        return name;
    }

    public String host() {
        return "127.0.0.1";
    }

    /** The port of PostgreSQL. */
    public int port() {
        return port;
    }

    /** The address of PostgreSQL, as in {@code nodes=}. */
    public String address() {
        return host() + ":" + port;
    }

    /** The address of Patroni's REST interface, with the user that it asks for. */
    public String url() {
        return "http://weir:secret@" + host() + ":" + restPort;
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + address() + "/" + database;
    }

    private Path data() {
        return directory.resolve(name);
    }

    Path settings() {
        return directory.resolve(name + ".yml");
    }

    String log() {
        try {
            return Files.readString(directory.resolve(name + ".log"));
        } catch (IOException e) {
            return String.valueOf(e);
        }
    }

    /** Starts Patroni, which starts PostgreSQL. */
    void start(int etcdPort, Path binaries) {
        String text =
                """
                scope: app
                name: %1$s
                restapi:
                  listen: 127.0.0.1:%2$d
                  connect_address: 127.0.0.1:%2$d
                  authentication: {username: weir, password: secret}
                etcd3:
                  host: 127.0.0.1:%3$d
                bootstrap:
                  dcs:
                    ttl: 20
                    loop_wait: 2
                    retry_timeout: 3
                    primary_start_timeout: 0
                    master_start_timeout: 0
                    postgresql:
                      use_pg_rewind: true
                      parameters: {wal_keep_size: 256MB, wal_log_hints: 'on'}
                  initdb: [{encoding: UTF8}, {locale: C}]
                  pg_hba:
                  - local all all trust
                  - host all all 127.0.0.1/32 trust
                  - host replication all 127.0.0.1/32 trust
                postgresql:
                  listen: 127.0.0.1:%4$d
                  connect_address: 127.0.0.1:%4$d
                  data_dir: %5$s
                  bin_dir: %6$s
                  pgpass: %5$s.pgpass
                  authentication:
                    superuser: {username: postgres, password: postgres}
                    replication: {username: postgres, password: postgres}
                  parameters:
                    unix_socket_directories: %7$s
                    dynamic_shared_memory_type: mmap
                    fsync: 'off'
                """
                        .formatted(name, restPort, etcdPort, port, data(), binaries, directory);
        try {
            Files.writeString(settings(), text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + settings(), e);
        }
        process =
                PatroniCluster.run(
                        account,
                        directory,
                        name,
                        List.of(PatroniCluster.program("patroni"), settings().toString()));
    }

    /** Whether this is the leader, by its own word. */
    public boolean isLeader() {
        return PatroniCluster.status(host(), restPort, "/primary") == 200;
    }

    /** Whether this is a replica that runs, by its own word. */
    public boolean isReplica() {
        return PatroniCluster.status(host(), restPort, "/replica") == 200;
    }

    /** Kills the postmaster; Patroni lives. */
    public void killPostmaster() {
        postmaster().ifPresent(pid -> signal("KILL", pid));
    }

    /** Ends both at once. */
    void dispose() {
        Process patroni = process;
        if (patroni != null) {
            patroni.destroyForcibly();
            patroni.onExit().join();
        }
        Optional<Long> pid = postmaster();
        pid.ifPresent(one -> {
            signal("QUIT", one);
            Await.until(
                    "PostgreSQL " + name + " to end",
                    LIMIT,
                    () -> ProcessHandle.of(one).filter(ProcessHandle::isAlive).isEmpty());
        });
        if (Files.exists(data())) {
            new DataFiles(data(), account).releaseSharedMemory();
        }
    }

    private Optional<Long> postmaster() {
        try {
            String first = Files.readAllLines(data().resolve("postmaster.pid")).getFirst();
            long pid = Long.parseLong(first.strip());
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(ProcessHandle::pid);
        } catch (IOException notRunning) {
            return Optional.empty();
        }
    }

    private static void signal(String name, long pid) {
        Tools.run(LIMIT, "sh", "-c", "kill -" + name + " " + pid);
    }

    @Override
    public String toString() {
        return name + "@" + address();
    }
}
