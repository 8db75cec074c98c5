package dev.weir.cluster;

import dev.weir.config.ClusterNode;
import dev.weir.config.Config;
import dev.weir.config.ServerAddress;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that keeps the primary of each database over a restart of Weir, {@code state_file}. It
 * is written atomically, on a thread of its own: a failover does not wait for a disk. Thread-safe.
 */
final class StateFile implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StateFile.class);
    private static final String HEADER =
            "# Written by Weir: database, system identifier, timeline, primary, nodes.\n";
    private static final int FIELDS = 5;

    /** Stands for the primary where several claimed to be it. */
    private static final String NOBODY = "-";

    private final @Nullable Path file;
    private final Map<String, KnownPrimary> known = new TreeMap<>();
    private final Object writing = new Object();
    private String written = "";

    /**
     * Reads a file; a missing one counts as empty.
     *
     * @param file null = nothing is kept
     */
    StateFile(@Nullable Path file) {
        this.file = file;
        if (file != null && Files.exists(file)) {
            read(file);
        }
    }

    /** The file that a configuration names, or else one next to its pid file. */
    static StateFile of(Config config) {
        String name = config.get(Settings.STATE_FILE);
        if (!name.isEmpty()) {
            return new StateFile(Path.of(name));
        }
        String pidFile = config.get(Settings.PIDFILE);
        if (pidFile.isEmpty()) {
            return new StateFile(null);
        }
        Path beside = Path.of(pidFile);
        String base = String.valueOf(beside.getFileName()).replaceFirst("\\.pid$", "");
        return new StateFile(beside.resolveSibling(base + ".state"));
    }

    /** What is known of the cluster of a database; null if nothing is. */
    synchronized @Nullable KnownPrimary get(String database) {
        return known.get(database);
    }

    /**
     * Replaces what is kept, and writes it soon.
     *
     * @param next null = nothing any more
     */
    synchronized void put(String database, @Nullable KnownPrimary next) {
        KnownPrimary before = next == null ? known.remove(database) : known.put(database, next);
        if (file != null && !Objects.equals(before, next)) {
            Thread.ofVirtual().name("weir-state").start(this::write);
        }
    }

    // --- reading ------------------------------------------------------------------------------

    private void read(Path from) {
        try {
            int number = 0;
            for (String line : TextFile.read(from).lines().toList()) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    take(from, number, line);
                }
            }
        } catch (IOException e) {
            log.warn(
                    "state_file_not_read file={} error=\"{}\" effect=\"primaries are found out"
                            + " anew\"",
                    from,
                    e.toString());
        }
    }

    private void take(Path from, int number, String line) {
        try {
            String[] fields = line.split("\t", -1);
            if (fields.length != FIELDS) {
                throw new IllegalArgumentException(
                        "fields: " + fields.length + " (expected: " + FIELDS + ")");
            }
            List<ServerAddress> nodes = new ArrayList<>();
            for (String node : fields[4].split(",", -1)) {
                nodes.add(ClusterNode.addressOf(node));
            }
            int timeline = Integer.parseInt(fields[2]);
            if (timeline < 1) {
                throw new IllegalArgumentException("timeline: " + timeline + " (expected: >= 1)");
            }
            known.put(
                    URLDecoder.decode(fields[0], StandardCharsets.UTF_8),
                    new KnownPrimary(
                            Long.parseUnsignedLong(fields[1]),
                            timeline,
                            fields[3].equals(NOBODY) ? null : ClusterNode.addressOf(fields[3]),
                            nodes));
        } catch (IllegalArgumentException e) {
            log.warn(
                    "state_file_line_ignored file={} line={} error=\"{}\"",
                    from,
                    number,
                    e.getMessage());
        }
    }

    // --- writing ------------------------------------------------------------------------------

    private synchronized String text() {
        var text = new StringBuilder(HEADER);
        known.forEach((database, one) -> {
            List<String> nodes = one.nodes().stream().map(ServerAddress::toString).toList();
            text.append(URLEncoder.encode(database, StandardCharsets.UTF_8))
                    .append('\t')
                    .append(Long.toUnsignedString(one.systemIdentifier()))
                    .append('\t')
                    .append(one.timeline())
                    .append('\t')
                    .append(one.primary() == null ? NOBODY : one.primary())
                    .append('\t')
                    .append(String.join(",", nodes))
                    .append('\n');
        });
        return text.toString();
    }

    private void write() {
        synchronized (writing) {
            String next = text();
            Path to = file;
            if (to == null || next.equals(written)) {
                return;
            }
            try {
                TextFile.replace(to, next);
                written = next;
            } catch (IOException e) {
                log.warn(
                        "state_file_not_written file={} error=\"{}\" effect=\"a restart of Weir"
                                + " forgets which primary was the last\"",
                        to,
                        e.toString());
            }
        }
    }

    /** Writes pending changes. */
    @Override
    public void close() {
        boolean isEmpty;
        synchronized (this) {
            isEmpty = known.isEmpty();
        }
        if (!isEmpty) {
            write();
        }
    }
}
