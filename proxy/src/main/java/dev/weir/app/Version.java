package dev.weir.app;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this build. */
public final class Version {
    /** For example {@code 0.1.0-SNAPSHOT}. */
    public static final String TEXT = read();

    /** The version of PgBouncer whose settings, console and signals Weir has. */
    static final String PGBOUNCER = "1.25.2";

    private Version() {}

    /**
     * The output of {@code --version}: first the line of SHOW VERSION, then the versions of what
     * Weir runs on.
     */
    static String lines() {
        return "PgBouncer "
                + PGBOUNCER
                + " (Weir "
                + TEXT
                + ")\njava "
                + Runtime.version()
                + "\nnetty "
                + io.netty.util.Version.identify().values().stream()
                        .map(io.netty.util.Version::artifactVersion)
                        .findFirst()
                        .orElse("unknown")
                + '\n';
    }

    private static String read() {
        try (InputStream in = Version.class.getResourceAsStream("/dev/weir/version.properties")) {
            var properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException _) {
            return "unknown";
        }
    }
}
