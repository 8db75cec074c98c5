package dev.weir.catalog;

import static org.awaitility.Awaitility.await;

import dev.weir.config.PoolMode;
import dev.weir.pgkit.Message;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ALTER DATABASE … SET and ALTER ROLE … SET say is so for clients that come, as direct. */
final class DefaultsIT {
    private static final String DATABASE = "catalog_defaults";

    /** A reading is followed by a pause of twenty times the time that it took. */
    private static final Duration SOON = Duration.ofMinutes(2);

    @RegisterExtension static final Rig rig = Rig.shared(PoolMode.TRANSACTION, 2);

    @BeforeAll
    static void makeDatabase() {
        rig.execute("create database " + DATABASE);
    }

    @AfterAll
    static void dropDatabase() {
        rig.execute("drop database " + DATABASE + " with (force)");
    }

    private static boolean isWorkMem(WireClient client, String expected) {
        return client.query("show work_mem").stream()
                .map(Message::summary)
                .anyMatch(("D " + expected)::equals);
    }

    /** Past Weir, so that it is noticed when the catalog is read next. */
    @Test
    void anotherDefaultReachesThoseWhoCome() {
        try (WireClient client = rig.client(Rig.USER, DATABASE)) {
            rig.awaitCatalog(client, DATABASE);
            rig.execute("alter database " + DATABASE + " set work_mem = '7MB'");
            client.query("create view v as select 1"); // a reason to read it
            await().atMost(SOON)
                    .until(() -> {
                        try (WireClient another = rig.client(Rig.USER, DATABASE)) {
                            return isWorkMem(another, "7MB");
                        }
                    });
        }
    }
}
