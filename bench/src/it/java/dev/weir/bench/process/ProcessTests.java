package dev.weir.bench.process;

import dev.weir.pgkit.PgCluster;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of a process, each in a folder of its own, before a PostgreSQL of their class. */
abstract class ProcessTests {
    static PgCluster cluster;

    @TempDir Path temporary;
    Path directory;

    @BeforeAll
    static void startPostgres() {
        cluster = PgCluster.start();
    }

    @AfterAll
    static void stopPostgres() {
        cluster.close();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        directory = WeirProcess.folder(temporary);
    }
}
