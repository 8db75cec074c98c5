package dev.weir.pgkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import org.tukaani.xz.XZInputStream;

/**
 * The archive of PostgreSQL's programs on the class path, for the processor of this machine.
 *
 * @param platform the platform in the name of the archive, such as {@code linux-x86_64}
 */
record Binaries(String platform, URL archive) {
    private static final String UNTAR = "umask 022 && exec tar -x -p --no-same-owner -C \"$1\"";

    static Optional<Binaries> ofClassPath() {
        String platform =
                switch (System.getProperty("os.arch")) {
                    case "amd64", "x86_64" -> "linux-x86_64";
                    case "aarch64" -> "linux-arm_64";
                    default -> "linux-" + System.getProperty("os.arch");
                };
        URL archive = Binaries.class.getResource("/postgres-" + platform + ".txz");
        return Optional.ofNullable(archive).map(url -> new Binaries(platform, url));
    }

    /** Returns the directory of the programs in the cache, which the first call fills. */
    Path unpacked() {
        return Cache.folder("postgres-" + version() + "-" + platform, this::unpack).resolve("bin");
    }

    /**
     * Pipes the archive through tar. The archive lists no directories, so the umask determines
     * their permissions.
     */
    private void unpack(Path directory) {
        ProcessBuilder tar =
                new ProcessBuilder("sh", "-c", UNTAR, "untar", directory.toString())
                        .redirectErrorStream(true);
        try {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            Process process = tar.start();
            try (InputStream in = new XZInputStream(archive.openStream());
                    OutputStream out = process.getOutputStream()) {
                in.transferTo(out);
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("exit of tar: " + exit + " (expected: 0)\n" + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + archive, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while unpacking " + archive, e);
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream in = Binaries.class.getResourceAsStream("postgres.properties")) {
            if (in == null) {
                throw new IllegalStateException("postgres.properties is not on the class path");
            }
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read postgres.properties", e);
        }
    }
}
