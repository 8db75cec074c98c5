package dev.weir.route;

import static dev.weir.route.RouteWorld.demand;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.sql.Access;
import org.junit.jupiter.api.Test;

class DemandTest {
    private static final String LOCKS = "SELECT pg_advisory_lock(1)";

    @Test
    void isWorstAsItsFirstTextThatIsNoRead() {
        assertThat(demand("SELECT 1", "SELECT 2").worst().kind()).isEqualTo(Access.Kind.READ);
        Demand writes = demand("SELECT 1", "INSERT INTO t VALUES (1)", "DELETE FROM t");
        assertThat(writes.worst().token()).isEqualTo("INSERT");
        assertThat(writes.first().kind()).isEqualTo(Access.Kind.READ);
        assertThat(writes.last().token()).isEqualTo("DELETE");
    }

    @Test
    void isWorseIfATextMustNotRunOnAStandby() {
        Demand denied = demand("DELETE FROM t", LOCKS, "LISTEN a", "TRUNCATE t");
        assertThat(denied.isDenied()).isTrue();
        assertThat(denied.worst().token()).isEqualTo("pg_advisory_lock");
        assertThat(demand("DELETE FROM t").isDenied()).isFalse();
    }

    @Test
    void isWhatItParsesIfItRunsNothing() {
        var demand = new Demand();
        demand.begin(null);
        demand.parses(demand("DELETE FROM t").first());
        demand.end(true);
        assertThat(demand.first().token()).isEqualTo("DELETE");
        assertThat(demand.mayWrite()).isFalse();
        assertThat(demand.isLone()).isTrue();
        demand.begin(null);
        demand.end(true);
        assertThat(demand.first()).isSameAs(Access.TOO_LONG);
        assertThat(demand.mayWrite()).isFalse();
    }

    @Test
    void mayDoAnythingIfItIsNotComplete() {
        Demand cut = demand(null, false, "SELECT 1");
        assertThat(cut.isComplete()).isFalse();
        assertThat(cut.mayWrite()).isTrue();
        assertThat(cut.mayCommit()).isTrue();
        Demand whole = demand("SELECT 1");
        assertThat(whole.isComplete()).isTrue();
        assertThat(whole.mayWrite()).isFalse();
        assertThat(whole.mayCommit()).isFalse();
    }

    @Test
    void doesWhatOneOfItsTextsDoes() {
        String function = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";
        assertThat(demand("SELECT 1", function).definesFunctions()).isTrue();
        assertThat(demand("SELECT 1", "COMMIT").mayCommit()).isTrue();
        assertThat(demand("SELECT 1", "SAVEPOINT a").controls()).isTrue();
        Demand plain = demand("SELECT 1", "DELETE FROM t");
        assertThat(plain.definesFunctions()).isFalse();
        assertThat(plain.controls()).isFalse();
        assertThat(plain.isLone()).isFalse();
    }

    @Test
    void forgetsTheBatchBefore() {
        Demand demand = demand("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS ''", LOCKS);
        demand.begin(null);
        demand.runs(demand("SELECT 1").first());
        demand.end(true);
        assertThat(demand.isDenied()).isFalse();
        assertThat(demand.definesFunctions()).isFalse();
        assertThat(demand.mayWrite()).isFalse();
        assertThat(demand.isLone()).isTrue();
    }
}
