package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.protocol.FrontendTag;
import dev.weir.route.RouteExplanation;
import dev.weir.sql.Text;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * {@code EXPLAIN ROUTE sql}, sent by a client as a Query or a Parse. PostgreSQL has no such
 * command; it is replaced by a query of constants, so that the server answers it like any other,
 * even in a transaction that has failed. A statement that is kept tells what was so when it was
 * parsed.
 */
final class RouteQuestion {
    private static final byte[] EXPLAIN = "explain".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROUTE = "route".getBytes(StandardCharsets.US_ASCII);

    private RouteQuestion() {}

    /** The statement that the message at hand asks about; null if it is not such a question. */
    static @Nullable String of(ClientRun run) {
        boolean parses = run.tag() == FrontendTag.PARSE;
        if (!parses && run.tag() != FrontendTag.QUERY || !run.isWhole()) {
            return null;
        }
        int start = parses ? run.textEnd(run.body()) + 1 : run.body();
        int end = parses && start > 0 ? run.textEnd(start) : run.messageEnd() - 1;
        int from =
                start == 0
                        ? -1
                        : behind(run.in(), behind(run.in(), start, end, EXPLAIN), end, ROUTE);
        if (from < 0) {
            return null;
        }
        String rest = new String(run.bytes(from, end), StandardCharsets.UTF_8).strip();
        return rest.isEmpty() ? null : rest;
    }

    /** Where the blank behind a word is, which blanks may precede; negative if it is not there. */
    private static int behind(ByteBuf in, int start, int end, byte[] word) {
        int at = start;
        while (at >= 0 && at < end && Character.isWhitespace(in.getByte(at))) {
            at++;
        }
        if (at < 0 || end - at <= word.length) {
            return -1;
        }
        for (byte each : word) {
            if (Character.toLowerCase(in.getByte(at++)) != each) {
                return -1;
            }
        }
        return Character.isWhitespace(in.getByte(at)) ? at : -1;
    }

    /** Puts the answer, as a query, in the place of the Query at hand. */
    static Step answer(Turn turn, ClientRun run, List<RouteExplanation.Step> steps) {
        return OwnQueries.instead(turn, run, sql(steps), null);
    }

    /** The answer as the text of a Parse. */
    static Text answer(ClientTexts texts, List<RouteExplanation.Step> steps) {
        byte[] sql = sql(steps).getBytes(StandardCharsets.UTF_8);
        byte[] noTypes = {0, 0, 0};
        ByteBuf parse = Unpooled.wrappedBuffer(sql, noTypes);
        return texts.parse(parse, 0, sql.length, parse.writerIndex());
    }

    /** Puts the answer in the place of the Parse at hand. */
    static void write(ClientRun run, Text answer, byte[] name) {
        run.replaceMessage();
        answer.writeParse(run.out(answer.parseBytes(name)), name);
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
