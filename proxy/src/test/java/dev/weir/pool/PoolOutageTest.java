package dev.weir.pool;

import static dev.weir.backend.ScriptedOpener.REFUSED;
import static dev.weir.backend.ScriptedOpener.UNREACHABLE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerFailure;
import dev.weir.error.Refusal;
import dev.weir.metrics.Limit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Servers that cannot be reached, and who is told. */
@NullMarked
final class PoolOutageTest {
    private static final String TWO_HOSTS = "app = host=10.0.0.1,10.0.0.2";

    private static final ServerFailure STARTING =
            new ServerFailure("FATAL", "57P03", "the database system is starting up");
    private static final ServerFailure FULL =
            new ServerFailure("FATAL", "53300", "sorry, too many clients already");
    private static final ServerFailure NO_DATABASE =
            new ServerFailure("FATAL", "3D000", "database \"app\" does not exist");

    // --- a server that is away is waited for --------------------------------------------------

    @Test
    void everybodyWaitsForAServerThatIsAway() {
        PoolRig rig = PoolRig.of("default_pool_size = 2");
        Client one = rig.client().asks();
        Client two = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.opener().next().isUnreachable();
        Client soon = rig.client().asks();
        assertThat(List.of(one, two, soon)).allMatch(Client::waits);
        for (int i = 0; i < 3; i++) {
            rig.pass(2_000);
            rig.opener().next().fails(STARTING);
        }
        rig.pass(2_000);
        rig.open();
        assertThat(one.isServed()).isTrue();
        rig.open();
        assertThat(two.isServed()).isTrue();
        one.returns();
        assertThat(soon.isServed()).isTrue();
    }

    @Test
    void theWaitEndsWithQueryWaitTimeoutAndSaysWhy() {
        PoolRig rig = PoolRig.of("query_wait_timeout = 3");
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.pass(2_900);
        assertThat(client.waits()).isTrue();
        rig.pass(700);
        Refusal told = requireNonNull(client.refusal());
        assertThat(told.text()).isEqualTo("query_wait_timeout");
        assertThat(told.hint()).contains(UNREACHABLE.message());
    }

    @Test
    void whatTheServerRefusesIsToldAtOnce() {
        for (ServerFailure no : List.of(FULL, NO_DATABASE, REFUSED)) {
            PoolRig rig = PoolRig.of("default_pool_size = 1");
            Client one = rig.client().asks();
            Client two = rig.client().asks();
            rig.opener().next().fails(no);
            assertThat(one.refusal()).isEqualTo(no.refusal());
            assertThat(two.refusal()).isEqualTo(no.refusal());
            assertThat(rig.client().asks().refusal()).isEqualTo(no.cached().refusal());
        }
    }

    @Test
    void aRefusalThatEndsAnOutageIsToldThoseWhoWait() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.pass(500);
        rig.opener().next().isRefused();
        assertThat(client.refusal()).isEqualTo(REFUSED.refusal());
    }

    @Test
    void oneTryFindsOutWhetherTheServerIsBack() {
        PoolRig rig = PoolRig.of("default_pool_size = 10");
        for (int i = 0; i < 10; i++) {
            rig.client().asks();
        }
        while (rig.opener().pending() > 0) {
            rig.opener().next().isUnreachable();
        }
        rig.pass(400);
        assertThat(rig.opener().pending()).isEqualTo(1);
    }

    @Test
    void aPoolGrowsStepByStepOnceTheServerIsBack() {
        PoolRig rig = PoolRig.of("default_pool_size = 20");
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(rig.client().asks());
        }
        while (rig.opener().pending() > 0) {
            rig.opener().next().isUnreachable();
        }
        rig.pass(400);
        openAll(rig);
        assertThat(served(clients)).isEqualTo(4);
        assertThat(clients.subList(0, 4)).as("in their order").allMatch(Client::isServed);
        rig.pass(100);
        openAll(rig);
        assertThat(served(clients)).isEqualTo(8);
        rig.pass(100);
        openAll(rig);
        assertThat(served(clients)).isEqualTo(16);
        rig.pass(100);
        openAll(rig);
        assertThat(served(clients)).isEqualTo(20);
    }

    private static void openAll(PoolRig rig) {
        while (rig.opener().pending() > 0) {
            rig.open();
        }
    }

    private static long served(List<Client> clients) {
        return clients.stream().filter(Client::isServed).count();
    }

    @Test
    void aServerThatIsAwayIsSeen() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.client().asks();
        rig.pass(400);
        rig.opener().next().fails(STARTING);
        OutageSnapshot seen = outages(rig).getFirst();
        assertThat(seen.host().host()).isEqualTo("10.0.0.1");
        assertThat(seen.lastsNanos()).isEqualTo(400_000_000);
        assertThat(seen.tries()).isEqualTo(2);
        assertThat(seen.failure()).isEqualTo(STARTING);
        assertThat(seen.waiting()).isEqualTo(2);
        client.forgets();
        assertThat(outages(rig).getFirst().waiting()).isEqualTo(1);
        rig.pass(400);
        openAll(rig);
        assertThat(outages(rig)).isEmpty();
        assertThat(rig.pools().allowance().heldClients()).isZero();
    }

    private static List<OutageSnapshot> outages(PoolRig rig) {
        return rig.pools().all().iterator().next().outages();
    }

    @Test
    void replicationWaitsToo() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().replicates().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(client.waits()).isTrue();
        assertThat(rig.opener().pending()).isZero();
        rig.pass(400);
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    /** A replica that is away is no reason to wait: another node may do. */
    @Test
    void whoeverWantsThisVeryNodeIsTold() {
        PoolRig rig = PoolRig.with("app = nodes=10.0.0.1,10.0.0.2");
        Client reader = rig.client().asks(1);
        rig.opener().next().isUnreachable();
        assertThat(reader.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(rig.client().asks(1).refusal()).isEqualTo(UNREACHABLE.refusal());
        Client writer = rig.client().asks();
        rig.opener().next().isUnreachable();
        assertThat(writer.waits()).isTrue();
        rig.promote(1);
        rig.pass(400);
        openAll(rig);
        assertThat(writer.isServed()).as("by the new primary").isTrue();
    }

    // --- hold ---------------------------------------------------------------------------------

    @Test
    void anOutageIsWaitedForAsLongAsHoldSays() {
        PoolRig rig = PoolRig.of("hold = 5", "server_login_retry = 1");
        Client first = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.pass(4_000);
        Client late = rig.client().asks();
        rig.pass(900);
        assertThat(first.waits()).isTrue();
        assertThat(late.waits()).isTrue();
        rig.pass(700);
        assertThat(first.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(late.refusal()).isEqualTo(UNREACHABLE.refusal());
    }

    /** Though a try is under way that nobody has answered yet. */
    @Test
    void newcomersWaitForASecondOnceHoldIsOver() {
        PoolRig rig = PoolRig.of("hold = 5");
        rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.pass(6_000);
        Client late = rig.client().asks();
        assertThat(rig.opener().pending()).isEqualTo(1);
        rig.pass(800);
        assertThat(late.waits()).isTrue();
        rig.pass(600);
        assertThat(late.refusal()).isEqualTo(UNREACHABLE.refusal());
        rig.open();
        Client next = rig.client().asks();
        assertThat(next.isServed()).isTrue();
    }

    @Test
    void noMoreWaitThanHoldMaxClients() {
        PoolRig rig = PoolRig.of("hold_max_clients = 2");
        Client first = rig.client().asks();
        rig.opener().next().isUnreachable();
        Client second = rig.client().asks();
        Client third = rig.client().asks();
        assertThat(first.waits()).isTrue();
        assertThat(second.waits()).isTrue();
        Refusal told = requireNonNull(third.refusal());
        assertThat(told.sqlState()).isEqualTo("53300");
        assertThat(told.hint()).contains("hold_max_clients");
        first.forgets();
        assertThat(rig.client().asks().waits()).isTrue();
        assertThat(rig.pools().allowance().meters().refusals(Limit.HELD_CLIENTS)).isEqualTo(1);
    }

    // --- hold = 0 -----------------------------------------------------------------------------

    @Test
    void everybodyIsToldWhenThereIsNoConnectionToWaitFor() {
        PoolRig rig = PoolRig.of("hold = 0", "default_pool_size = 1");
        Client one = rig.client().asks();
        Client two = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(one.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(two.refusal()).isEqualTo(UNREACHABLE.refusal());
    }

    @Test
    void newcomersAreToldAtOnceUntilItIsTimeToTryAgain() {
        PoolRig rig = PoolRig.of("hold = 0");
        rig.client().asks();
        rig.opener().next().isUnreachable();
        Client soon = rig.client().asks();
        assertThat(soon.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(rig.opener().pending()).isZero();
    }

    // --- whatever hold is -------------------------------------------------------------------

    @Test
    void anOutageStopsNobodyWhoCanWaitForAConnection() {
        PoolRig rig = PoolRig.of();
        Client holder = rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        Client newcomer = rig.client().asks();
        assertThat(waiting.waits()).isTrue();
        assertThat(newcomer.waits()).isTrue();
        holder.returns();
        assertThat(waiting.isServed()).isTrue();
        waiting.returns();
        assertThat(newcomer.isServed()).isTrue();
    }

    @Test
    void aRefusalStopsNobodyWhoCanWaitForAConnection() {
        PoolRig rig = PoolRig.of();
        Client holder = rig.client().asks();
        rig.open();
        Client waiting = rig.client().asks();
        rig.opener().next().isRefused();
        rig.run();
        Client newcomer = rig.client().asks();
        assertThat(waiting.waits()).isTrue();
        assertThat(newcomer.waits()).isTrue();
        holder.returns();
        assertThat(waiting.isServed()).isTrue();
    }

    @Test
    void anOutageStopsNobodyWhoCanHaveAnIdleConnection() {
        PoolRig rig = PoolRig.of();
        Client holder = rig.client().asks();
        rig.open();
        Client impatient = rig.client().asks();
        rig.opener().next().isUnreachable();
        impatient.forgets();
        holder.returns();
        assertThat(rig.client().asks().isServed()).isTrue();
        assertThat(rig.client().asks().waits()).as("no new connection").isTrue();
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void thePauseDoublesUntilTheServerIsBack() {
        PoolRig rig = PoolRig.of("server_login_retry = 1");
        rig.client().asks().forgets();
        rig.opener().next().isUnreachable();
        rig.pass(400);
        assertThat(rig.opener().pending()).as("the first probe").isEqualTo(1);
        rig.opener().next().isUnreachable();
        rig.pass(100);
        assertThat(rig.opener().pending()).isZero();
        rig.pass(500);
        assertThat(rig.opener().pending()).as("the second probe").isEqualTo(1);
        rig.open();
        Client client = rig.client().asks();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void nobodyProbesForNobody() {
        PoolRig rig = PoolRig.of();
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        client.forgets();
        client.leaves();
        rig.pass(2_000);
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void aRefusedLoginIsNotTriedAgainBeforeItsTime() {
        PoolRig rig = PoolRig.of("server_login_retry = 15");
        rig.client().asks();
        rig.opener().next().isRefused();
        rig.pass(14_000);
        Refusal told = requireNonNull(rig.client().asks().refusal());
        assertThat(told.sqlState()).isEqualTo(REFUSED.sqlState());
        assertThat(told.text())
                .isEqualTo(
                        "server login has been failing, cached error: "
                                + REFUSED.message()
                                + " (server_login_retry)");
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void anotherCredentialEndsTheOutage() {
        PoolRig rig = PoolRig.of();
        rig.client().asks();
        rig.opener().next().isRefused();
        rig.opener().changeCredential();
        Client client = rig.client().asks();
        assertThat(client.waits()).isTrue();
        rig.open();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void theNextHostIsTriedBeforeAnybodyIsTold() {
        PoolRig rig = PoolRig.with(TWO_HOSTS);
        Client client = rig.client().asks();
        var first = rig.opener().next();
        first.isUnreachable();
        rig.run();
        assertThat(client.waits()).isTrue();
        var second = rig.opener().next();
        assertThat(second.target().address()).isNotEqualTo(first.target().address());
        second.succeeds();
        assertThat(client.isServed()).isTrue();
    }

    @Test
    void everybodyIsToldWhenNoHostIsLeft() {
        PoolRig rig = PoolRig.with(TWO_HOSTS, "hold = 0");
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(client.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void aHostThatIsAwayIsPassedOver() {
        PoolRig rig = PoolRig.with(TWO_HOSTS);
        Client client = rig.client().asks();
        var away = rig.opener().next();
        away.isUnreachable();
        rig.open();
        assertThat(client.isServed()).isTrue();
        for (int i = 0; i < 2; i++) {
            rig.client().asks();
            var attempt = rig.opener().next();
            assertThat(attempt.target().address()).isNotEqualTo(away.target().address());
            attempt.succeeds();
        }
    }

    @Test
    void aRefusedLoginIsNotTriedAtTheNextHost() {
        PoolRig rig = PoolRig.with(TWO_HOSTS);
        Client client = rig.client().asks();
        rig.opener().next().isRefused();
        rig.run();
        assertThat(client.refusal()).isEqualTo(REFUSED.refusal());
        assertThat(rig.opener().pending()).isZero();
    }

    @Test
    void aSocketThatClosesBeforeItsLoginKnowsIsCountedDownOnce() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client client = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        ClientPool pool = rig.pools().all().iterator().next();
        assertThat(pool.opening()).isZero();
        assertThat(pool.size()).isZero();
        assertThat(client.waits()).isTrue();
    }

    /** A process without descriptors is no outage of the server. */
    @Test
    void whoeverWaitsIsServedAfterAFailureOfOurOwn() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client waiting = rig.client().asks();
        rig.opener().next().fails(new ServerFailure("FATAL", "53000", "no socket"));
        rig.run();
        Client newcomer = rig.client().asks();
        assertThat(waiting.waits()).isTrue();
        assertThat(newcomer.waits()).isTrue();
        rig.pass(400);
        rig.open();
        assertThat(waiting.isServed()).isTrue();
    }
}
