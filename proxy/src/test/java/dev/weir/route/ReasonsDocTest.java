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
        `SET weir.explain = on`. [routing.md](routing.md) says what to do about them.

        | reason | runs on | meaning |
        |---|---|---|
        """
                + Arrays.stream(Reason.values())
                        .map(ReasonsDocTest::row)
                        .collect(Collectors.joining());
    }

    private static String row(Reason reason) {
        String where = reason.isOnReplica() ? "a replica" : "the primary";
        return "| `%s` | %s | %s |%n".formatted(reason.word(), where, reason.sentence());
    }
}
