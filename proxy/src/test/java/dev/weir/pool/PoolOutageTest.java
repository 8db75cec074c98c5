package dev.weir.pool;

import static dev.weir.backend.ScriptedOpener.REFUSED;
import static dev.weir.backend.ScriptedOpener.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.ServerFailure;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Servers that cannot be reached, and who is told. */
@NullMarked
final class PoolOutageTest {
    private static final String TWO_HOSTS = "app = host=10.0.0.1,10.0.0.2";

    @Test
    void everybodyIsToldWhenThereIsNoConnectionToWaitFor() {
        PoolRig rig = PoolRig.of("default_pool_size = 1");
        Client one = rig.client().asks();
        Client two = rig.client().asks();
        rig.opener().next().isUnreachable();
        rig.run();
        assertThat(one.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(two.refusal()).isEqualTo(UNREACHABLE.refusal());
    }

    @Test
    void newcomersAreToldAtOnceUntilItIsTimeToTryAgain() {
        PoolRig rig = PoolRig.of();
        rig.client().asks();
        rig.opener().next().isUnreachable();
        Client soon = rig.client().asks();
        assertThat(soon.refusal()).isEqualTo(UNREACHABLE.refusal());
        assertThat(rig.opener().pending()).isZero();
    }

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
        rig.client().asks();
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
        assertThat(rig.client().asks().refusal()).isEqualTo(REFUSED.refusal());
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
        PoolRig rig = PoolRig.with(TWO_HOSTS);
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
        assertThat(client.refusal()).isNotNull();
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
