package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The name of the Unix socket on which clients come in, and its file: as libpq looks for it, {@code
 * /dir/.s.PGSQL.6432}. An abstract name has no file, and the kernel forgets it by itself.
 *
 * @param name the file; an abstract name begins with {@code @}
 * @param mode of the file, such as 0777
 * @param group of the file; empty: as the process
 */
record UnixSocket(String name, int mode, String group) {
    /** What {@code sun_path} holds, but for the zero at its end. */
    static final int NAME_BYTES_MAX = 107;

    /**
     * The socket that {@code config} asks for, or null.
     *
     * @param port that the name ends with
     */
    static @Nullable UnixSocket of(Config config, int port) {
        String directory = config.get(Settings.UNIX_SOCKET_DIR);
        if (directory.isEmpty()) {
            return null;
        }
        String slash = directory.endsWith("/") ? "" : "/";
        return new UnixSocket(
                directory + slash + ".s.PGSQL." + port,
                config.get(Settings.UNIX_SOCKET_MODE),
                config.get(Settings.UNIX_SOCKET_GROUP));
    }

    boolean isAbstract() {
        return name.startsWith("@");
    }

    private Path file() {
        return Path.of(name);
    }

    /**
     * Makes room: a file that a process left behind is removed.
     *
     * @throws IOException if somebody answers there, or if the file is no socket
     */
    void makeRoom() throws IOException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > NAME_BYTES_MAX) {
            throw new IOException(
                    "the name has " + length + " bytes (expected: at most " + NAME_BYTES_MAX + ")");
        }
        if (isAbstract() || !Files.exists(file(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("there is a file of that name, which is no socket");
        }
        if (answers()) {
            throw new IOException("unix socket is in use, cannot continue");
        }
        Files.deleteIfExists(file());
    }

    private boolean answers() {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(file()));
        } catch (IOException _) {
            return false; // nobody listens
        }
    }

    /** Sets mode and group of the file, which is there now. */
    void restrict() throws IOException {
        if (isAbstract()) {
            return;
        }
        var view =
                Files.getFileAttributeView(
                        file(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (!group.isEmpty()) {
            view.setGroup(groupNamed());
        }
        // Not through the view: it does not follow links, and then the JDK sets no mode.
        Files.setPosixFilePermissions(file(), permissions());
    }

    private GroupPrincipal groupNamed() throws IOException {
        try {
            return FileSystems.getDefault()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("unix_socket_group: no such group: " + group, e);
        }
    }

    private Set<PosixFilePermission> permissions() {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values(); // from the owner's read on
        for (int i = 0; i < all.length; i++) {
            if ((mode & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    /** Removes the file. */
    void remove() {
        if (!isAbstract()) {
            try {
                Files.deleteIfExists(file());
            } catch (IOException _) {
                // The next start finds that nobody answers.
            }
        }
    }
}
