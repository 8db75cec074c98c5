package dev.weir.environment;

import java.util.List;

/**
 * An image's variables for its server, each with its other names. Without a host, the others are
 * ignored: a file shared by several containers may have them.
 */
record Server(
        Image image,
        List<String> host,
        List<String> port,
        List<String> user,
        List<String> password,
        List<String> dbname) {
    static final List<Server> ALL =
            List.of(
                    new Server(
                            Image.LIBPQ,
                            List.of("PGHOST"),
                            List.of("PGPORT"),
                            List.of("PGUSER"),
                            List.of("PGPASSWORD"),
                            List.of("PGDATABASE")),
                    new Server(
                            Image.EDOBURU,
                            List.of("DB_HOST"),
                            List.of("DB_PORT"),
                            List.of("DB_USER"),
                            List.of("DB_PASSWORD"),
                            List.of("DB_NAME")),
                    new Server(
                            Image.BITNAMI,
                            List.of("POSTGRESQL_HOST"),
                            List.of("POSTGRESQL_PORT"),
                            List.of("POSTGRESQL_USERNAME"),
                            List.of("POSTGRESQL_PASSWORD"),
                            List.of("POSTGRESQL_DATABASE", "PGBOUNCER_DATABASE")),
                    new Server(
                            Image.POSTGRES,
                            List.of("POSTGRES_HOST"),
                            List.of("POSTGRES_PORT"),
                            List.of("POSTGRES_USER", "POSTGRES_USERNAME"),
                            List.of("POSTGRES_PASSWORD"),
                            List.of("POSTGRES_DB", "POSTGRES_DATABASE")));
}
