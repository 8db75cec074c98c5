package dev.weir.pgkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** A major version of PostgreSQL that a cluster can be made of. */
public enum PgVersion {
    /** Debian 12's, where it is installed. */
    V15(15),
    /** Comes with this module as a library; always there. */
    V18(18);

    private final int major;

    PgVersion(int major) {
        this.major = major;
    }

    public int major() {
        return major;
    }

    /** Whether this machine can run it. */
    public boolean available() {
        return this == V18
                ? Binaries.ofClassPath().isPresent()
                : Files.isExecutable(installed().resolve("postgres"));
    }

    /** Returns the folder of initdb and postgres; unpacks them first if need be. */
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
