package dev.weir.route;

import dev.weir.ManualPage;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds docs/reasons.md to the table; {@code -Ddocs.update=true} writes it. */
final class ReasonsDocTest {
    @Test
    void keepsThePageOfTheManual() {
        ManualPage.hold("reasons.md", page());
    }

    private static String page() {
        return """
        <!-- Generated from dev.weir.route.Reason: mvn test -Dtest=ReasonsDocTest -Ddocs.update=true -->
        # Reasons

        Why a transaction ran where it did: in `SHOW ROUTES`, in `EXPLAIN ROUTE`, and in the notices of
        `SET weir.explain = on`, whose HINT is what helps. See [routing.md](routing.md).

        | reason | runs on | meaning | what helps, if a replica was wanted |
        |---|---|---|---|
        """
                + Arrays.stream(Reason.values())
                        .map(ReasonsDocTest::row)
                        .collect(Collectors.joining());
    }

    private static String row(Reason reason) {
        String where = reason.isOnReplica() ? "a replica" : "the primary";
        String helps = reason.remedy() == null ? "" : reason.remedy();
        return "| `%s` | %s | %s | %s |%n"
                .formatted(reason.word(), where, reason.sentence(), helps);
    }
}
