package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.exchange.RequestEnd.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An observer that keeps all that it is told, and whose time is a count of its questions. */
final class NotedEnds implements RequestObserver {
    private final List<RequestEnd> ends = new ArrayList<>();
    private long nanos;

    @Override
    public long nanos() {
        return ++nanos;
    }

    @Override
    public void ended(RequestEnd end) {
        assertThat(ends).as("told twice").doesNotContain(end);
        ends.add(end);
    }

    List<RequestEnd> ends() {
        return ends;
    }

    /** What was told since this was asked last, one after another. */
    String take() {
        List<String> words = new ArrayList<>();
        ends.forEach(end -> words.add(end.toString()));
        ends.clear();
        return String.join(", ", words);
    }

    /**
     * Compares with what the effects of the same requests were told: as many of each kind, with the
     * same outcomes, unless nobody can know them.
     */
    void assertAgreement(
            String where, List<String> sent, List<String> effects, List<Request> requests) {
        Map<Request, Integer> expected = new HashMap<>();
        requests.forEach(it -> expected.merge(it, 1, Integer::sum));
        Map<Request, Integer> told = new HashMap<>();
        ends.forEach(it -> told.merge(it.request(), 1, Integer::sum));
        assertThat(told).as(where).isEqualTo(expected);
        if (count(Outcome.LOST) == 0) {
            assertThat(effects).as(where).hasSameSizeAs(sent);
            assertThat(count(Outcome.SUCCEEDED)).as(where).isEqualTo(count(effects, "succeeded"));
            assertThat(count(Outcome.FAILED)).as(where).isEqualTo(count(effects, "failed"));
            assertThat(count(Outcome.SKIPPED)).as(where).isEqualTo(count(effects, "skipped"));
        }
        for (RequestEnd end : ends) {
            assertThat(end.sqlState() != null).isEqualTo(end.outcome() == Outcome.FAILED);
            assertThat(end.nanos()).isPositive();
        }
    }

    private long count(Outcome outcome) {
        return ends.stream().filter(it -> it.outcome() == outcome).count();
    }

    private static long count(List<String> effects, String fate) {
        return effects.stream().filter(it -> it.endsWith(' ' + fate)).count();
    }
}
