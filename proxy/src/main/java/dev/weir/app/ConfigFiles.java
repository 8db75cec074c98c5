package dev.weir.app;

import dev.weir.auth.AccessFiles;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigSource;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The files that a configuration is made of, and when they change: the file, those that it
 * includes, those that its settings name, and those that its rules of access include. What is
 * watched are their folders, since editors and Kubernetes put a new file in the place of the old
 * one. Used by one thread.
 */
final class ConfigFiles implements AutoCloseable {
    /** Who writes a file in several steps does not take longer between two of them. */
    private static final long SETTLE_MILLIS = 100;

    private final ConfigSource source;
    private final WatchService watch = FileSystems.getDefault().newWatchService();
    private final Map<Path, WatchKey> folders = new HashMap<>();

    /** What each file was when they were looked at. */
    private Map<Path, String> seen = new TreeMap<>();

    ConfigFiles(ConfigSource source) throws IOException {
        this.source = source;
    }

    /** Finds out which they are, and what they are now. */
    void look() throws IOException {
        Map<Path, String> all = new TreeMap<>();
        source.files().forEach(one -> add(one, all));
        try {
            Config config = Config.load(source);
            config.namedFiles().forEach(one -> add(one, all));
            AccessFiles.of(config).forEach(one -> add(one, all));
        } catch (ConfigException _) {
            seen.keySet().forEach(one -> add(one, all)); // the check says what is wrong
        }
        seen = all;
        for (Path one : all.keySet()) {
            Path folder = Files.isDirectory(one) ? one : one.toAbsolutePath().getParent();
            if (folder != null && !folders.containsKey(folder) && Files.isDirectory(folder)) {
                folders.put(
                        folder,
                        folder.register(
                                watch,
                                StandardWatchEventKinds.ENTRY_CREATE,
                                StandardWatchEventKinds.ENTRY_MODIFY,
                                StandardWatchEventKinds.ENTRY_DELETE));
            }
        }
    }

    private static void add(Path one, Map<Path, String> all) {
        all.putIfAbsent(one, state(one));
    }

    /** Which file has the name, and what it was last. */
    private static String state(Path one) {
        try {
            var now = Files.readAttributes(one, BasicFileAttributes.class);
            return now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
        } catch (IOException _) {
            return "absent";
        }
    }

    private Map<Path, String> now() {
        Map<Path, String> all = new TreeMap<>();
        seen.keySet().forEach(one -> add(one, all));
        return all;
    }

    /** Waits until one of them is not what it was when they were looked at, and stays so. */
    void awaitChange() throws InterruptedException {
        Map<Path, String> before = now();
        while (before.equals(seen)) {
            WatchKey key = watch.take();
            key.pollEvents();
            if (!key.reset()) {
                folders.values().remove(key); // the folder is gone
            }
            before = now();
        }
        for (Map<Path, String> after; ; before = after) {
            WatchKey more = watch.poll(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
            if (more != null) {
                more.pollEvents();
                more.reset();
            }
            after = now();
            if (more == null && after.equals(before)) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }
}
