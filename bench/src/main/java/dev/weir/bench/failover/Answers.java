package dev.weir.bench.failover;

import dev.weir.pgkit.Message;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges answers. */
final class Answers {
    private Answers() {}

    /**
     * What an answer means that is this one, or breaks off with an error.
     *
     * @param expected the summaries of its messages, the last of which is ReadyForQuery
     * @throws WrongAnswerException if it is another one
     */
    static Told judge(List<Message> answer, String... expected) {
        @Nullable Message error = null;
        for (int i = 0; i < answer.size(); i++) {
            Message message = answer.get(i);
            if (message.tag() == 'E' && error == null) {
                error = message;
            } else if (error == null
                    ? !isNext(message, i, expected)
                    : !isEnd(message, expected[expected.length - 1])) {
                throw wrong(answer, expected);
            }
        }
        if (error == null && answer.size() < expected.length) {
            throw wrong(answer, expected);
        }
        return error == null ? Told.ACKNOWLEDGED : told(error);
    }

    private static WrongAnswerException wrong(List<Message> answer, String... expected) {
        return new WrongAnswerException(
                "answer: " + answer + " (expected: " + Arrays.toString(expected) + ")");
    }

    private static boolean isNext(Message message, int at, String... expected) {
        return at < expected.length && message.summary().equals(expected[at]);
    }

    /** Whether it is the ReadyForQuery after an error, where this was expected. */
    private static boolean isEnd(Message message, String expected) {
        return message.summary().equals(expected.equals("Z T") ? "Z E" : "Z I");
    }

    private static Told told(Message error) {
        return switch (error.sqlState()) {
            case "40001", "25P02" -> Told.ROLLED_BACK;
            case "08007" -> Told.IN_DOUBT;
            default -> throw new WrongAnswerException("error: " + error);
        };
    }
}
