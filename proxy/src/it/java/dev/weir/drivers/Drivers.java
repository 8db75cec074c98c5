package dev.weir.drivers;

import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.Tools;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A driver and the script that works with it; where it is installed. */
enum Drivers {
    PSYCOPG2("with_psycopg2.py", "/usr/bin/python3", "-c", "import psycopg2"),
    PSYCOPG3("with_psycopg3.py", "/usr/bin/python3", "-c", "import psycopg"),
    ASYNCPG("with_asyncpg.py", "/usr/bin/python3", "-c", "import asyncpg"),
    DJANGO("with_django.py", "/usr/bin/python3", "-c", "import django, psycopg2"),
    ACTIVE_RECORD("with_activerecord.rb", "ruby", "-e", "require 'pg'; require 'active_record'"),
    PDO(
            "with_pdo.php",
            "php",
            "-r",
            "exit(extension_loaded('pdo_pgsql') && extension_loaded('pgsql') ? 0 : 1);"),
    NODE_PG("with_pg.js", "node", "-e", "require('pg')"),
    POSTGRES_JS("with_postgres.js", "node", "-e", "require('postgres')");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Where Node.js finds what was installed for the tests, or by Debian. */
    private static final Path MODULES = Path.of("target", "drivers").toAbsolutePath();

    private final String script;
    private final String interpreter;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<String> trial;

    Drivers(String script, String interpreter, String... trial) {
        this.script = script;
        this.interpreter = interpreter;
        this.trial = List.of(trial);
    }

    /** Its database, in which nobody else is. */
    String database() {
        return "driver_" + ordinal();
    }

    /**
     * Installs drivers of Node.js, which Debian has not or in old versions, unless there is no net.
     */
    static void installModules() throws IOException {
        if (Tools.find("npm").isEmpty()
                || Files.isDirectory(MODULES.resolve("node_modules/postgres"))) {
            return;
        }
        Files.createDirectories(MODULES);
        List<String> command =
                List.of(
                        "npm",
                        "install",
                        "--prefix",
                        MODULES.toString(),
                        "--no-audit",
                        "--no-fund",
                        "--silent",
                        "--fetch-retries=0",
                        "--fetch-timeout=10000",
                        "pg@8",
                        "postgres@3");
        Tools.run(LIMIT, new ProcessBuilder(command));
    }

    /** Whether it is installed. */
    boolean isThere() {
        if (Tools.find(interpreter).isEmpty() && !Files.isExecutable(Path.of(interpreter))) {
            return false;
        }
        var command = new ArrayList<String>(List.of(interpreter));
        command.addAll(trial);
        return Tools.run(LIMIT, process(command)).exit() == 0;
    }

    /**
     * What its clients have seen, for each of the places in turn: a port, and how many server
     * connections there are.
     */
    List<List<String>> run(List<String> places) {
        var command = new ArrayList<String>(List.of(interpreter, script().toString()));
        command.addAll(places);
        Tools.Result result = Tools.run(LIMIT, process(command)).orThrow();
        List<List<String>> seen = new ArrayList<>();
        for (String part : result.out().split("(?m)^==\n", -1)) {
            seen.add(part.lines().toList());
        }
        return seen.subList(1, seen.size());
    }

    private Path script() {
        try {
            return Path.of(Objects.requireNonNull(Drivers.class.getResource(script)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private ProcessBuilder process(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().put("PGDATABASE", database());
        builder.environment().put("PGPASSWORD", PgNode.PASSWORD);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment()
                .put(
                        "NODE_PATH",
                        MODULES.resolve("node_modules") + File.pathSeparator + "/usr/share/nodejs");
        return builder;
    }
}
