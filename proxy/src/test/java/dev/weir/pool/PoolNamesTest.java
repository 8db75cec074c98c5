package dev.weir.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ScriptedServer;
import dev.weir.backend.ServerFailure;
import dev.weir.metrics.Limit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How long pools are kept of databases that a client names and the {@code *} entry allows. */
@NullMarked
final class PoolNamesTest {
    private static final long RETRY_MILLIS = 15_000;

    private final PoolRig rig = PoolRig.with("app = host=10.0.0.1\n* = host=10.0.0.1");
    private final List<String> gone = new ArrayList<>();

    PoolNamesTest() {
        rig.pools().whenPoolGone(key -> gone.add(key.database()));
    }

    @Test
    void aNameThatTheServerRefusesIsForgottenWithItsRefusal() {
        Client client = rig.client("nobody's", "bob").asks();
        rig.run();
        rig.opener().next().fails(new ServerFailure("FATAL", "3D000", "no such database"));
        rig.run();
        assertThat(client.refusal()).isNotNull();
        client.leaves();
        rig.pass(RETRY_MILLIS - 1_000);
        assertThat(rig.pools().hasDatabase("nobody's")).isTrue();
        rig.pass(2_000);
        assertThat(rig.pools().hasDatabase("nobody's")).isFalse();
        assertThat(gone).containsExactly("nobody's");
    }

    @Test
    void aNameThatAServerHasAcceptedIsKept() {
        Client client = rig.client("somebody's", "bob").asks();
        ScriptedServer server = rig.open();
        client.returns();
        client.leaves();
        server.vanishes();
        rig.pass(2 * RETRY_MILLIS);
        assertThat(rig.pools().hasDatabase("somebody's")).isTrue();
        assertThat(gone).isEmpty();
    }

    // --- max_pools ------------------------------------------------------------------------------

    private static PoolRig atMost(int pools) {
        return PoolRig.with("app = host=10.0.0.1\n* = host=10.0.0.1", "max_pools = " + pools);
    }

    private static boolean has(PoolRig rig, String name) {
        return rig.pools().hasDatabase(name);
    }

    @Test
    void thePoolThatWasEmptyForLongestMakesRoom() {
        PoolRig few = atMost(3);
        few.client("first", "bob").leaves();
        few.pass(1_000);
        few.client("second", "bob").leaves();
        few.pass(1_000);
        Client stays = few.client("third", "bob");
        few.client("fourth", "bob");
        assertThat(has(few, "first")).isFalse();
        assertThat(has(few, "second")).isTrue();
        few.client("fifth", "bob");
        assertThat(has(few, "second")).isFalse();
        assertThat(few.pools().size()).isEqualTo(3);
        assertThat(few.pools().enter("sixth", "bob")).isNull(); // all are in use
        assertThat(few.pools().allowance().meters().refusals(Limit.POOLS)).isEqualTo(1);
        stays.leaves();
        assertThat(few.pools().enter("sixth", "bob")).isNotNull();
        assertThat(has(few, "third")).isFalse();
    }

    @Test
    void whatPoolsShareIsKeptUntilTheLastIsGone() {
        PoolRig few = atMost(2);
        few.client("shared", "ann").leaves();
        Client stays = few.client("shared", "bob");
        few.client("other", "eve");
        assertThat(has(few, "shared")).isTrue();
        stays.leaves();
        few.client("another", "joe");
        assertThat(has(few, "shared")).isFalse();
    }
}
