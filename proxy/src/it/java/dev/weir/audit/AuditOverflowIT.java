package dev.weir.audit;

import static dev.weir.audit.AuditFile.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.WireClient;
import dev.weir.support.LogLines;
import dev.weir.support.Rig;
import dev.weir.support.WeirFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An audit log that is not written as fast as it fills, or not at all; and its file. */
@NullMarked
final class AuditOverflowIT {
    /** More than a pipe and a queue of 64 kB take. */
    private static final int STATEMENTS = 800;

    private final Path directory;

    AuditOverflowIT(@TempDir Path directory) {
        this.directory = directory;
    }

    /** A file that takes 64 kB, and more only as somebody reads it. */
    private Path pipe() throws IOException, InterruptedException {
        Path path = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
        return path;
    }

    /** Reads all that comes until a record with this word has come. */
    private static String readUntil(RandomAccessFile pipe, String word) throws IOException {
        var text = new StringBuilder();
        byte[] some = new byte[65_536];
        while (text.indexOf(word) < 0) {
            text.append(new String(some, 0, pipe.read(some), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    private static Rig start(Path file, String overflow) {
        return Rig.before(
                Rig.postgres(),
                "admin_users = " + PgNode.USER,
                "audit = read,ddl",
                "audit_file = " + file,
                "audit_queue = 64kB",
                "audit_overflow = " + overflow);
    }

    private static String databases() {
        PgNode node = Rig.postgres();
        return "app = host=127.0.0.1 port=%d dbname=postgres user=%s"
                .formatted(node.port(), PgNode.USER);
    }

    private static String limit(Rig rig) {
        try (WireClient console = rig.client(Map.of("database", "pgbouncer"))) {
            return console.query("SHOW LIMITS").stream()
                    .filter(message -> message.tag() == 'D')
                    .map(message -> String.join("|", message.row()))
                    .filter(row -> row.startsWith("audit_queue|"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void dropsAndCountsWhatDoesNotFit() throws IOException, InterruptedException {
        Path file = pipe();
        try (var reader = new RandomAccessFile(file.toFile(), "rw");
                var lines = LogLines.beginAt(Level.WARN);
                Rig rig = start(file, "drop");
                WireClient client = rig.client()) {
            for (int i = 0; i < STATEMENTS; i++) {
                client.query("select " + i + " as a_name_that_is_as_long_as_a_name_may_be");
            }

            List<String> row = List.of(limit(rig).split("\\|", -1));
            int lost = Integer.parseInt(row.get(5));
            assertThat(lost).isPositive();
            assertThat(Long.parseLong(row.get(3))).isLessThanOrEqualTo(65_536);
            assertThat(lines.all()).filteredOn(l -> l.contains("audit_records_lost")).hasSize(1);
            String written = readUntil(reader, "\"lost\"");
            String gap =
                    written.lines().filter(l -> l.contains("\"lost\"")).findFirst().orElseThrow();
            assertThat(member(gap, "rows")).isEqualTo(String.valueOf(lost));
            assertThat(written.lines().filter(l -> l.contains("a_name_that")).count())
                    .isEqualTo(STATEMENTS - lost);
        }
    }

    @Test
    void letsThoseWaitWhoseStatementsFillIt() throws IOException, InterruptedException {
        Path file = pipe();
        var answered = new AtomicInteger();
        try (var reader = new RandomAccessFile(file.toFile(), "rw");
                Rig rig = start(file, "wait");
                WireClient other = rig.client();
                WireClient client = rig.client()) {
            Thread asking = Thread.startVirtualThread(() -> ask(client, answered));
            await().until(() -> !limit(rig).endsWith("|0"));

            set(other); // is of no class, and fills nothing
            int before = answered.get();
            for (int i = 0; i < 100; i++) {
                set(other);
            }
            assertThat(answered).hasValue(before);
            assertThat(before).isBetween(1, STATEMENTS - 1);

            String written = readUntil(reader, "the_last");
            asking.join();
            assertThat(answered).hasValue(STATEMENTS);
            assertThat(written.lines().filter(l -> l.contains("a_name_that")).count())
                    .isEqualTo(STATEMENTS);
        }
    }

    private static void set(WireClient client) {
        assertThat(client.query("set x.y = 1").getFirst().summary()).isEqualTo("C SET");
    }

    private static void ask(WireClient client, AtomicInteger answered) {
        for (int i = 0; i < STATEMENTS; i++) {
            client.query("select " + i + " as a_name_that_is_as_long_as_a_name_may_be");
            answered.incrementAndGet();
        }
        client.query("create temp table the_last ()");
    }

    @Test
    void writesAllAgainOnceTheDiskIsNotFull() {
        var file = new AuditFile(directory.resolve("audit.json"));
        String databases = databases();
        try (var lines = LogLines.beginAt(Level.INFO);
                WeirFile weir =
                        WeirFile.start(
                                directory, databases, "audit = read", "audit_file = /dev/full");
                WireClient client = weir.client("one", "app");
                WireClient console = weir.console()) {
            client.query("select 'before' as one");
            await().until(() -> lines.all().toString().contains("audit_not_written"));
            client.query("select 'meanwhile' as two");
            weir.write(databases, "audit = read", "audit_file = " + file.path());
            console.query("RELOAD");

            file.statement("select $1 as one");
            file.statement("select $1 as two");
            assertThat(lines.all().toString()).contains("audit_written_again");
            assertThat(file.lines()).hasSize(2);
        }
    }

    @Test
    void opensItsFileAgainAtAReload() throws IOException {
        var file = new AuditFile(directory.resolve("audit.json"));
        String databases = databases();
        String[] settings = {"audit = read", "audit_file = " + file.path()};
        try (WeirFile weir = WeirFile.start(directory, databases, settings);
                WireClient client = weir.client("one", "app");
                WireClient console = weir.console()) {
            client.query("select 1 as one");
            file.statement("select $1 as one");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
                    .isEqualTo("rw-------");
            var old = new AuditFile(directory.resolve("audit.json.1"));
            Files.move(file.path(), old.path());
            console.query("RELOAD");
            client.query("select 2 as two");

            file.statement("select $1 as two");
            assertThat(old.lines()).hasSize(1);
        }
    }

    @Test
    void beginsWithConnectionsThatAreThereAlready() {
        var file = new AuditFile(directory.resolve("audit.json"));
        String databases = databases();
        try (WeirFile weir = WeirFile.start(directory, databases);
                WireClient client = weir.client("one", "app");
                WireClient console = weir.console()) {
            client.query("select 1");
            weir.write(databases, "audit = read", "audit_file = " + file.path());
            console.query("RELOAD");
            client.query("select 2 as two");

            file.statement("select $1 as two");
            assertThat(file.lines()).hasSize(1);
        }
    }

    @Test
    void writesWhatWaitsBeforeItIsSwitchedOff() throws IOException, InterruptedException {
        Path file = pipe();
        String databases = databases();
        try (var reader = new RandomAccessFile(file.toFile(), "rw");
                WeirFile weir =
                        WeirFile.start(
                                directory, databases, "audit = read", "audit_file = " + file);
                WireClient client = weir.client("one", "app");
                WireClient console = weir.console()) {
            for (int i = 0; i < STATEMENTS; i++) {
                client.query("select " + i + " as a_name_that_is_as_long_as_a_name_may_be");
            }
            client.query("select 1 as the_last");
            weir.write(databases);
            console.query("RELOAD");
            client.query("select 1 as too_late");

            var written = new CompletableFuture<String>();
            Thread.startVirtualThread(() -> {
                try {
                    written.complete(readUntil(reader, "the_last"));
                } catch (IOException e) {
                    written.completeExceptionally(e);
                }
            });
            await().until(written::isDone);
            assertThat(written.join().lines().filter(l -> l.contains("a_name_that")).count())
                    .isEqualTo(STATEMENTS);
            assertThat(written.join()).doesNotContain("too_late");
        }
    }
}
