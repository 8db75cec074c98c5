package dev.weir.pgkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A fresh data directory from initdb, kept in the cache: a copy takes a tenth of the time of
 * initdb.
 *
 * <p>All copies have the same system identifier. Because of that, a copy can follow another one as
 * its replica without a base backup.
 */
record Template(Path directory) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    static Template of(PgVersion version, Account account) {
        Path bin = version.binaries();
        String name = bin.getName(bin.getNameCount() - 2) + "-data-1-" + account.name();
        return new Template(Cache.folder(name, draft -> initialise(draft, bin, account)));
    }

    private static void initialise(Path draft, Path bin, Account account) {
        account.own(draft);
        try {
            Path password = Files.createTempFile("pgkit-", ".password");
            try {
                Files.writeString(password, PgNode.PASSWORD);
                account.own(password);
                initdb(draft, bin, account, password);
            } finally {
                Files.delete(password);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot initialise " + draft, e);
        }
    }

    private static void initdb(Path data, Path bin, Account account, Path password) {
        List<String> command =
                List.of(
                        bin.resolve("initdb").toString(),
                        "--no-sync",
                        "--username=" + PgNode.USER,
                        "--pwfile=" + password,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--pgdata=" + data);
        ProcessBuilder initdb = new ProcessBuilder(account.command(command));
        initdb.environment().put("LC_ALL", "C");
        initdb.directory(new File("/"));
        Tools.run(LIMIT, initdb).orThrow();
    }

    /** Copies the data directory with owners and permissions; {@code target} must not exist. */
    void copyTo(Path target) {
        // Sparse, because the 16 MB of the first WAL segment are nearly all zeros.
        Tools.run(LIMIT, "cp", "-a", "--sparse=always", directory.toString(), target.toString())
                .orThrow();
    }
}
