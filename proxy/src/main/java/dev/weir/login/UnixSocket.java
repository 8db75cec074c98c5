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
import java.nio.file.StandardCopyOption;
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
     * The name that the socket is bound to at first. A new socket takes the place of an old one in
     * one step, and closing the old one, which removes the file of the name that it was bound to,
     * does not remove the new one's.
     */
    String draft() {
        return isAbstract()
                ? name
                : file().resolveSibling(".w" + ProcessHandle.current().pid()).toString();
    }

    /**
     * Looks whether the place is free, or that of a process that left its file behind.
     *
     * @param takesOver whether somebody may answer there: that one goes on listening under another
     *     name, for cancel requests to the clients that it has
     * @return whether somebody was there
     * @throws IOException if somebody answers there, or if the file is no socket
     */
    boolean makeRoom(boolean takesOver) throws IOException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > NAME_BYTES_MAX) {
            throw new IOException(
                    "the name has " + length + " bytes (expected: at most " + NAME_BYTES_MAX + ")");
        }
        if (isAbstract()) {
            return false;
        }
        Files.deleteIfExists(Path.of(draft()));
        if (!Files.exists(file(), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (!Files.readAttributes(file(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException("there is a file of that name, which is no socket");
        }
        if (!answers()) {
            return false;
        }
        if (!takesOver) {
            throw new IOException("unix socket is in use, cannot continue");
        }
        Path other = Path.of(predecessor(name));
        Files.deleteIfExists(other);
        Files.createLink(other, file());
        return true;
    }

    private boolean answers() {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(file()));
        } catch (IOException _) {
            return false; // nobody listens
        }
    }

    /**
     * Sets mode and group of the socket, which listens now, and gives it its name.
     *
     * @return what tells its file from another one of its name; null if it has none
     */
    @Nullable Object publish() throws IOException {
        if (isAbstract()) {
            return null;
        }
        Path draft = Path.of(draft());
        try {
            if (!group.isEmpty()) {
                Files.getFileAttributeView(
                                draft, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setGroup(groupNamed());
            }
            // Not through the view: it does not follow links, and then the JDK sets no mode.
            Files.setPosixFilePermissions(draft, permissions());
            Files.move(draft, file(), StandardCopyOption.ATOMIC_MOVE);
            return key(file());
        } finally {
            Files.deleteIfExists(draft);
        }
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

    private static @Nullable Object key(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException _) {
            return null;
        }
    }

    /** The name of the socket that was here before a process took over. */
    static String predecessor(String name) {
        return name + ".old";
    }

    /**
     * Removes the file, whose name may have changed meanwhile.
     *
     * @param own what {@link #publish} returned
     * @param tookOver whether {@link #makeRoom} moved another process out of the way: if that one
     *     is there still, it gets its name back
     */
    void remove(@Nullable Object own, boolean tookOver) {
        if (own == null) {
            return;
        }
        Path other = Path.of(predecessor(name));
        try {
            if (own.equals(key(other))) {
                Files.deleteIfExists(other);
            }
            if (own.equals(key(file()))) {
                Files.deleteIfExists(file());
                if (tookOver && Files.exists(other, LinkOption.NOFOLLOW_LINKS)) {
                    Files.move(other, file(), StandardCopyOption.ATOMIC_MOVE);
                }
            }
        } catch (IOException _) {
            // The next start finds that nobody answers.
        }
    }
}
