package dev.weir.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A catalog that cannot be read just now: somebody has locked it. */
final class CatalogReadingIT {
    private static final String DATABASE = "weir_reading";

    @RegisterExtension
    static final Rig rig = Rig.shared(PoolMode.TRANSACTION, 1, "admin_users = postgres");

    private WireClient locker;

    @BeforeAll
    static void makeDatabase() {
        rig.execute("create database " + DATABASE);
    }

    @AfterAll
    static void dropDatabase() {
        rig.execute("drop database " + DATABASE + " with (force)");
    }

    @BeforeEach
    void lock() {
        locker = rig.direct(Map.of("database", DATABASE));
        locker.query("begin; lock table pg_catalog.pg_policy in access exclusive mode");
    }

    @AfterEach
    void unlock() {
        locker.close();
    }

    private static String failure(WireClient console) {
        return console.query("SHOW CATALOGS").stream()
                .map(Message::summary)
                .filter(row -> row.startsWith("D " + DATABASE))
                .findFirst()
                .orElse("");
    }

    /** A reading asks a few questions before it comes to the one that has to wait. */
    private boolean isSoonWaitedFor() {
        for (int i = 0; i < 300; i++) {
            if (locker.query("select 1 from pg_locks where not granted").stream()
                    .anyMatch(message -> message.tag() == 'D')) {
                return true;
            }
        }
        return false;
    }

    @Test
    void keepsNoConnectionFromClients() {
        try (WireClient a = rig.client(Rig.USER, DATABASE);
                WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            await().until(() -> {
                assertThat(a.query("select 1")).noneMatch(message -> message.tag() == 'E');
                return failure(console).contains("lock timeout");
            });
            locker.query("rollback");
            a.query("create table t (i int)"); // and so it is to be read at once
            await().until(() -> {
                a.query("select 1");
                return !failure(console).contains("lock timeout");
            });
        }
    }

    @Test
    void takesNoPlaceWithItWhenItsConnectionIsKilled() {
        try (WireClient console = rig.client(Rig.USER, "pgbouncer")) {
            try (WireClient a = rig.client(Rig.USER, DATABASE)) {
                a.query("create table u (i int)"); // and so it is to be read
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> {
                            a.query("select 1"); // lends its connection
                            return isSoonWaitedFor();
                        });
                console.query("KILL " + DATABASE);
                console.query("RESUME " + DATABASE);
            }
            await().until(() -> rig.servers() == 0);
            try (WireClient b = rig.client(Rig.USER, DATABASE)) {
                assertThat(b.query("select 2")).extracting(Message::summary).contains("D 2");
            }
        }
    }
}
