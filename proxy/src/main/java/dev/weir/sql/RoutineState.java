package dev.weir.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What the body of a function may leave in a session: the effects of its own commands, and the
 * names and operators in it, through which it may have more.
 *
 * @param effects {@link StateEffects} of its commands
 * @param occasions what it may do to relations
 * @param names numbers of all names in it, sorted
 */
@SuppressWarnings("ArrayRecordComponent") // it is read where it was made
public record RoutineState(int effects, int occasions, int[] names) {
    /** Reads an SQL function, by the lexical rules of every possible session. */
    public static RoutineState ofSql(String body) {
        return of(body, (text, length, rule) -> new StateCheck().routine(text, length, rule));
    }

    /** Reads a PL/pgSQL function. */
    public static RoutineState ofPlpgsql(String body) {
        return of(body, (text, length, rule) -> new PlpgsqlCheck().routine(text, length, rule));
    }

    /** Reads a body whose string constants depend on the caller's settings. */
    private static RoutineState of(String body, Reading reading) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        byte[] text = Arrays.copyOf(bytes, bytes.length + Lexer.PADDING);
        RoutineState state = reading.read(text, bytes.length, true);
        return body.indexOf('\\') < 0 ? state : state.or(reading.read(text, bytes.length, false));
    }

    private RoutineState or(RoutineState other) {
        return new RoutineState(
                effects | other.effects,
                occasions | other.occasions,
                IntStream.concat(IntStream.of(names), IntStream.of(other.names))
                        .sorted()
                        .distinct()
                        .toArray());
    }

    private interface Reading {
        RoutineState read(byte[] text, int length, boolean standardStrings);
    }
}
