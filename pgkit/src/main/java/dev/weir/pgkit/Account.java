package dev.weir.pgkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The operating system user that runs PostgreSQL: our own, but never root.
 *
 * <p>PostgreSQL refuses to run as root. If we are root, we therefore start it with setpriv of
 * util-linux as the user {@code postgres}, or as {@code nobody} if there is no such user, and give
 * that user the data directories.
 */
record Account(String name, String groupId, boolean isOurs) {
    private static final List<String> CANDIDATES = List.of("postgres", "nobody");

    static Account choose() {
        if (!isRoot()) {
            return new Account(System.getProperty("user.name"), "", true);
        }
        for (String candidate : CANDIDATES) {
            if (exists(candidate)) {
                return new Account(candidate, groupOf(candidate), false);
            }
        }
        throw new IllegalStateException(
                "PostgreSQL cannot run as root, and there is no user of " + CANDIDATES);
    }

    /**
     * Returns the command that runs {@code command} as this account, without a shell in between.
     */
    List<String> command(List<String> command) {
        if (isOurs) {
            return command;
        }
        List<String> all = new ArrayList<>();
        all.add("setpriv");
        all.add("--reuid=" + name);
        all.add("--regid=" + groupId);
        all.add("--clear-groups");
        all.addAll(command);
        return all;
    }

    /** Makes this account the owner of one file or directory. */
    void own(Path path) {
        if (isOurs) {
            return;
        }
        try {
            Files.setOwner(path, principal(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give " + path + " to " + name, e);
        }
    }

    /** Throws unless this account may pass through every directory above {@code path}. */
    void checkReaches(Path path) {
        if (isOurs) {
            return;
        }
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            if (!isOpenToAll(above)) {
                throw new IllegalStateException(
                        "PostgreSQL runs as %s, which cannot enter %s (needed: chmod o+x)"
                                .formatted(name, above));
            }
        }
    }

    private static boolean isOpenToAll(Path directory) {
        try {
            return Files.getPosixFilePermissions(directory)
                    .contains(PosixFilePermission.OTHERS_EXECUTE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the permissions of " + directory, e);
        }
    }

    /**
     * Returns the ID of the user's group. For nobody, the group does not have the name of the user.
     */
    private static String groupOf(String user) {
        return Tools.run(Duration.ofSeconds(5), "id", "-g", user).orThrow().out().strip();
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell who we are", e);
        }
    }

    private static boolean exists(String user) {
        try {
            return principal(user).getName().equals(user);
        } catch (IOException none) {
            return false;
        }
    }

    private static UserPrincipal principal(String user) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user);
    }
}
