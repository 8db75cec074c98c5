package dev.weir.pgkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** A major version of PostgreSQL that a cluster can run. */
public enum PgVersion {
    /** The version of Debian 12, if installed. */
    V15(15),
    /** Included in this module as a library, so always available. */
    V18(18);

    private final int major;

    PgVersion(int major) {
        this.major = major;
    }

    public int major() {
        return major;
    }

    /** Whether this machine can run the version. */
    public boolean available() {
        return this == V18
                ? Binaries.ofClassPath().isPresent()
                : Files.isExecutable(installed().resolve("postgres"));
    }

    /** Returns the directory of initdb and postgres; unpacks them first if necessary. */
    Path binaries() {
        if (!available()) {
            throw new IllegalStateException(
                    "PostgreSQL " + major + " is neither on the class path nor in " + installed());
        }
        return this == V18 ? Binaries.ofClassPath().orElseThrow().unpacked() : installed();
    }

    private Path installed() {
        return Tools.DEBIAN.resolve(major + "/bin");
    }
}
