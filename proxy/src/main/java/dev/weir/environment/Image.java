package dev.weir.environment;

import java.util.List;

/** The images whose names for settings and servers are understood. */
public enum Image {
    LIBPQ("libpq", List.of()),
    EDOBURU("edoburu/pgbouncer", List.of("DB_HOST")),
    BITNAMI(
            "bitnami/pgbouncer",
            List.of("POSTGRESQL_HOST", "PGBOUNCER_DATABASE", "PGBOUNCER_DSN_0")),
    POSTGRES("PgBouncer with POSTGRES_*", List.of("POSTGRES_HOST")),
    ZALANDO("Zalando's pooler", List.of("CONNECTION_POOLER_PORT", "CONNECTION_POOLER_MODE")),
    PGPOOL("pgpool/pgpool", List.of("PGPOOL_PARAMS_BACKEND_HOSTNAME0", "PGPOOL_BACKEND_HOSTNAME0")),
    BITNAMI_PGPOOL("bitnami/pgpool", List.of("PGPOOL_BACKEND_NODES"));

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> marks;

    Image(String title, List<String> marks) {
        this.title = title;
        this.marks = marks;
    }

    /** Returns the variables that identify it: if one is set, its defaults apply. */
    List<String> marks() {
        return marks;
    }

    /** The name of the image. */
    @Override
    public String toString() {
        return title;
    }
}
