package dev.weir.audit;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import dev.weir.log.Syslog;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the audit log goes: a file or standard output, and syslog. Used by one thread. */
final class AuditTargets implements AutoCloseable {
    private static final Set<StandardOpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private static final String IDENT = "-audit";

    private final @Nullable FileChannel file;
    private final boolean isStandardOutput;
    private final @Nullable Syslog syslog;

    private AuditTargets(
            @Nullable FileChannel file, boolean isStandardOutput, @Nullable Syslog syslog) {
        this.file = file;
        this.isStandardOutput = isStandardOutput;
        this.syslog = syslog;
    }

    /**
     * Opens the targets of a configuration; none if nothing is audited.
     *
     * @throws IOException if one cannot be opened; names the setting
     */
    static AuditTargets open(Config config) throws IOException {
        return open(config, Syslog.SOCKET);
    }

    /** The same, with a syslog daemon at this socket. */
    static AuditTargets open(Config config, String socket) throws IOException {
        if (config.get(Settings.AUDIT).isEmpty()) {
            return new AuditTargets(null, false, null);
        }
        Syslog syslog = null;
        if (config.get(Settings.AUDIT_SYSLOG)) {
            syslog =
                    new Syslog(
                            socket,
                            config.get(Settings.SYSLOG_FACILITY),
                            config.get(Settings.SYSLOG_IDENT) + IDENT);
        }
        String name = config.get(Settings.AUDIT_FILE);
        if (!name.isEmpty()) {
            try {
                return new AuditTargets(openFile(Path.of(name)), false, syslog);
            } catch (IOException e) {
                new AuditTargets(null, false, syslog).close();
                throw new IOException(
                        "audit_file: cannot open \"" + name + "\": " + TextFile.reason(e), e);
            }
        }
        return syslog == null
                ? new AuditTargets(
                        new FileOutputStream(FileDescriptor.out).getChannel(), true, null)
                : new AuditTargets(null, false, syslog);
    }

    private static FileChannel openFile(Path path) throws IOException {
        FileAttribute<?>[] mode =
                Files.getFileStore(path.toAbsolutePath().getParent())
                                .supportsFileAttributeView("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        return FileChannel.open(path, APPEND, mode);
    }

    /** Whether there is no target. */
    boolean areNone() {
        return file == null && syslog == null;
    }

    /**
     * Writes lines to the file.
     *
     * @param lines its position is advanced by what has been written
     * @throws IOException if not all could be written
     */
    void write(ByteBuffer lines) throws IOException {
        FileChannel out = file;
        if (out == null) {
            lines.position(lines.limit());
            return;
        }
        while (lines.hasRemaining()) {
            out.write(lines);
        }
    }

    /** Writes a record to syslog; false if the daemon does not accept it. */
    boolean tell(AuditRecord told, String line) {
        Syslog to = syslog;
        if (to == null) {
            return true;
        }
        try {
            to.write(told.time(), line);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        if (syslog != null) {
            syslog.close();
        }
        if (file != null && !isStandardOutput) {
            try {
                file.close();
            } catch (IOException _) {
                // Nothing was buffered.
            }
        }
    }
}
