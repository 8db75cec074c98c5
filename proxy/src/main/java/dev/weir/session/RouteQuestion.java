package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.RouteExplanation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * {@code EXPLAIN ROUTE sql}, sent by a client as a Query. PostgreSQL has no such command; it is
 * replaced by a query of constants, so that the server answers it like any other, even in a
 * transaction that has failed.
 */
final class RouteQuestion {
    private static final byte[] WORDS = "explain route".getBytes(StandardCharsets.US_ASCII);

    private RouteQuestion() {}

    /** The statement that the message at hand asks about; null if it is not such a question. */
    static @Nullable String of(ClientRun run) {
        if (run.tag() != FrontendTag.QUERY || !run.isWhole() || !begins(run)) {
            return null;
        }
        int from = run.body() + WORDS.length;
        String rest = new String(run.bytes(from, run.messageEnd() - 1), StandardCharsets.UTF_8);
        return rest.isBlank() || !Character.isWhitespace(rest.charAt(0)) ? null : rest.strip();
    }

    private static boolean begins(ClientRun run) {
        int at = run.body();
        if (run.messageEnd() - at <= WORDS.length) {
            return false;
        }
        for (byte each : WORDS) {
            if (Character.toLowerCase(run.in().getByte(at++)) != each) {
                return false;
            }
        }
        return true;
    }

    /** Replaces the message at hand by a query that returns the answer. */
    static Step answer(Turn turn, ClientRun run, List<RouteExplanation.Step> steps) {
        return OwnQueries.instead(turn, run, sql(steps), null);
    }

    private static String sql(List<RouteExplanation.Step> steps) {
        var rows = new StringJoiner(",");
        for (RouteExplanation.Step step : steps) {
            var row = new StringBuilder("(");
            ParameterSet.literal(row, step.step());
            ParameterSet.literal(row.append(','), step.finding());
            String because = step.because();
            if (because == null) {
                row.append(",NULL)");
            } else {
                ParameterSet.literal(row.append(','), because);
                row.append(')');
            }
            rows.add(row);
        }
        return "SELECT * FROM (VALUES " + rows + ") AS route(step,finding,because)";
    }
}
