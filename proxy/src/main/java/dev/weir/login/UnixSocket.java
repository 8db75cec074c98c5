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
 * The name of the Unix socket on which clients connect, and its file, as expected by libpq: {@code
 * /dir/.s.PGSQL.6432}. An abstract name has no file, and the kernel removes it by itself.
 *
 * @param name the file; an abstract name begins with {@code @}
 * @param mode of the file, such as 0777
 * @param group of the file; empty for that of the process
 */
record UnixSocket(String name, int mode, String group) {
    /** The capacity of {@code sun_path}, without the terminating zero. */
    static final int NAME_BYTES_MAX = 107;

    /**
     * The socket that {@code config} asks for, or null.
     *
     * @param port at the end of the name
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
     * The name that the socket is first bound to. A new socket replaces an old one in one step, and
     * closing the old one, which removes the file with the name that it was bound to, does not
     * remove that of the new one. It is no longer than the name, since paths of sockets are
     * bounded, and ends with the port: this is the name that the kernel tells ever after.
     */
    String draft() {
        if (isAbstract()) {
            return name;
        }
        String pid = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
        String port = name.substring(name.lastIndexOf('.'));
        return file().resolveSibling(".w" + pid + port).toString();
    }

    /**
     * Checks that the name is free, or that its file was left behind by a process that is gone.
     *
     * @param takesOver whether another process may be listening there: it goes on listening under
     *     another name, for cancel requests from its clients
     * @return whether there was one
     * @throws IOException if another process is listening there, or if the file is not a socket
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
            return false; // nobody is listening
        }
    }

    /**
     * Sets the mode and the group of the socket, which is listening by now, and gives it its name.
     *
     * @return what distinguishes its file from another one with the same name; null if it has none
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
            // Not through the view, which does not follow links: the JDK sets no mode then.
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
        PosixFilePermission[] all =
                PosixFilePermission.values(); // starting with the owner's read permission
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

    /** The name that a process taking over gives to the socket of its predecessor. */
    static String predecessor(String name) {
        return name + ".old";
    }

    /**
     * Removes the file, which a successor may have renamed.
     *
     * @param own what {@link #publish} returned
     * @param tookOver whether {@link #makeRoom} renamed the socket of a predecessor: if that is
     *     still there, it gets its name back
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
            // The next start will find that nobody is listening.
        }
    }
}
