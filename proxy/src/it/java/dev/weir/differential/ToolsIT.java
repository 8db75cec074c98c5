package dev.weir.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.PgNode;
import dev.weir.pgkit.PgVersion;
import dev.weir.pgkit.Tools;
import dev.weir.support.Rig;
import dev.weir.support.SharedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PostgreSQL's own programs through Weir, with the server of their version; where installed. */
final class ToolsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static @Nullable Rig started;

    @BeforeAll
    static void start() {
        assumeTrue(PgVersion.V15.available(), "PostgreSQL 15 is not installed");
        PgNode node = SharedPostgres.node(PgVersion.V15);
        started = Rig.shared(node, PoolMode.TRANSACTION, 2).start();
        node.execute(
                """
                create schema shop;
                create table shop.item (id int primary key, name text, price numeric(9, 2));
                insert into shop.item select g, 'item ' || g, g / 100.0 from generate_series(1, 500) g;
                create view shop.cheap as select * from shop.item where price < 1;
                create function shop.one() returns int language sql as 'select 1';
                """);
    }

    @AfterEach
    void validate() {
        weir().validate();
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    private static Rig weir() {
        return Objects.requireNonNull(started);
    }

    private static Tools.Result run(String program, int port, String... arguments) {
        return Programs.run(LIMIT, program, port, arguments);
    }

    private static void assertSame(String program, String... arguments) {
        Tools.Result direct = run(program, weir().node().port(), arguments);
        Tools.Result through = run(program, weir().port(), arguments);

        assertThat(Programs.comparable(through.out()))
                .isEqualTo(Programs.comparable(direct.out()))
                .isNotEmpty();
        assertThat(through.err()).isEqualTo(direct.err());
    }

    @Test
    void psqlDescribesTheSame() {
        assertSame(
                "psql",
                "-X",
                "-c",
                "\\d shop.*",
                "-c",
                "\\df shop.*",
                "-c",
                "\\l",
                "-c",
                "select * from shop.cheap order by id",
                "-c",
                "show search_path",
                "postgres");
    }

    @Test
    void psqlCopiesBothWays(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("items");
        run(
                "psql",
                weir().port(),
                "-X",
                "-c",
                "\\copy shop.item to '" + file + "'",
                "-c",
                "drop table if exists shop.copied",
                "-c",
                "create table shop.copied (like shop.item)",
                "-c",
                "\\copy shop.copied from '" + file + "'",
                "postgres");

        assertThat(Files.readAllLines(file)).hasSize(500);
        assertThat(weir().node().queryText("select count(*) from shop.copied")).isEqualTo("500");
        weir().node().execute("drop table shop.copied");
    }

    @Test
    void pgDumpWritesTheSame() {
        assertSame("pg_dump", "--schema=shop", "postgres");
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "extended", "prepared"})
    void pgbenchRuns(String protocol) {
        run("pgbench", weir().node().port(), "-i", "-q", "-s", "1", "postgres");
        Tools.Result result =
                run(
                        "pgbench",
                        weir().port(),
                        "-n",
                        "-M",
                        protocol,
                        "-c",
                        "8",
                        "-t",
                        "50",
                        "postgres");

        assertThat(result.out()).contains("number of failed transactions: 0 ");
    }
}
