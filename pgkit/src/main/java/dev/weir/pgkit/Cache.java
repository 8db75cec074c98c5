package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Directories below {@code java.io.tmpdir} that are created once per machine and user and then only
 * read.
 *
 * <p>A directory is created under another name and renamed when it is complete. Several processes
 * may create the same one at the same time; the first to finish wins, and the others use its
 * result.
 */
final class Cache {
    private Cache() {}

    static Path folder(String name, Consumer<Path> maker) {
        Path folder = root().resolve(name);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Path draft = Files.createTempDirectory(root(), "draft-");
            try {
                maker.accept(draft);
                publish(draft, folder);
            } finally {
                delete(draft);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }

    private static void publish(Path draft, Path folder) throws IOException {
        try {
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /**
     * The part of the cache that belongs to this user: others may read it, but only the user may
     * write.
     */
    private static Path root() {
        String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_.-]", "_");
        Path root = Path.of(System.getProperty("java.io.tmpdir"), "pgkit-" + user);
        try {
            Files.createDirectories(root);
            if (!Files.getOwner(root).getName().equals(System.getProperty("user.name"))) {
                throw new IllegalStateException(
                        "owner of "
                                + root
                                + ": "
                                + Files.getOwner(root)
                                + " (expected: "
                                + user
                                + ")");
            }
            // The umask may have removed permissions that PostgreSQL's user needs.
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
            return root;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + root, e);
        }
    }

    /** Deletes a directory and everything in it, if it exists. */
    static void delete(Path directory) {
        Tools.run(Duration.ofMinutes(1), "rm", "-rf", "--", directory.toString()).orThrow();
    }
}
