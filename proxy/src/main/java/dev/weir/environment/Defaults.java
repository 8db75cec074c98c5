package dev.weir.environment;

import dev.weir.config.Overlay.Target;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.environment.Variables.Variable;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What applies without a file, unless a variable says otherwise. If an image's names are used,
 * these are the defaults of that image, so that its manifests mean the same; otherwise Weir's own.
 */
final class Defaults {
    /** Paths at which a container may have a users file mounted. */
    private static final List<Path> USERS_FILES =
            List.of(
                    Path.of("/etc/weir/userlist.txt"),
                    Path.of("/etc/pgbouncer/userlist.txt"),
                    Path.of("/bitnami/pgbouncer/conf/userlist.txt"));

    private static final String EXTRA = "extra_float_digits";

    private final Variables from;
    private final Target target;
    private final Predicate<Path> isFile;

    Defaults(Variables from, Target target, Predicate<Path> isFile) {
        this.from = from;
        this.target = target;
        this.isFile = isFile;
    }

    void of(@Nullable Image image) {
        set(image, Settings.LISTEN_ADDR, "*");
        set(image, Settings.UNIX_SOCKET_DIR, "");
        // Less than the 30 seconds that Kubernetes gives a pod to end by default.
        set(image, Settings.SHUTDOWN_TIMEOUT, "25");
        USERS_FILES.stream()
                .filter(isFile)
                .findFirst()
                .ifPresent(file -> set(image, Settings.AUTH_FILE, file.toString()));
        switch (image) {
            case null -> target.haveOwnDefaults();
            case LIBPQ -> target.haveOwnDefaults();
            case EDOBURU -> {
                set(image, Settings.LISTEN_PORT, "5432");
                set(image, Settings.ADMIN_USERS, "postgres");
                set(image, Settings.IGNORE_STARTUP_PARAMETERS, EXTRA);
            }
            case BITNAMI -> {
                set(image, Settings.AUTH_TYPE, "scram-sha-256");
                Variable user = from.find("POSTGRESQL_USERNAME");
                set(image, Settings.ADMIN_USERS, user == null ? "postgres" : user.value());
                set(image, Settings.IGNORE_STARTUP_PARAMETERS, EXTRA);
            }
            case POSTGRES -> {}
            case ZALANDO -> zalando(image);
            case PGPOOL, BITNAMI_PGPOOL -> {
                target.haveOwnDefaults();
                set(image, Settings.POOL_MODE, "session");
                set(image, Settings.LISTEN_PORT, image == Image.PGPOOL ? "9999" : "5432");
            }
        }
    }

    private void zalando(Image image) {
        set(image, Settings.AUTH_DBNAME, "postgres");
        set(image, Settings.IGNORE_STARTUP_PARAMETERS, EXTRA + ",options");
        set(image, Settings.SERVER_TLS_SSLMODE, "require");
        Variable user = from.find("PGUSER");
        if (user != null) {
            set(image, Settings.ADMIN_USERS, user.value());
        }
        Variable schema = from.find("PGSCHEMA");
        if (schema != null) {
            String name = '"' + schema.value().replace("\"", "\"\"") + '"';
            set(image, Settings.AUTH_QUERY, "SELECT * FROM " + name + ".user_lookup($1)");
        }
    }

    private void set(@Nullable Image image, Setting<?> setting, String value) {
        target.set(
                setting, value, image == null ? "default without a file" : "default of " + image);
    }
}
