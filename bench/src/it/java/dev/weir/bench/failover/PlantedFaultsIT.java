package dev.weir.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pgkit.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the hunt must find, planted one by one. */
final class PlantedFaultsIT {
    private final Book book = new Book();
    private final Write one = told(1, Told.ACKNOWLEDGED);
    private final Write pair = told(2, Told.ACKNOWLEDGED);
    private final Write never = told(2, Told.ROLLED_BACK);
    private final Write perhaps = told(2, Told.IN_DOUBT);

    /** What is there, as it should be. */
    private final Map<Long, Integer> rows = new HashMap<>(Map.of(1L, 1, 2L, 1, 3L, 1));

    private Write told(int count, Told what) {
        Write write = book.write(count, "test");
        book.tell(write, what);
        return write;
    }

    private List<String> check() {
        return book.check(book.told(), rows, 0);
    }

    @Test
    void nothingIsFoundWhereNothingIsWrong() {
        assertThat(check()).isEmpty();
        rows.put(perhaps.first(), 1);
        rows.put(perhaps.first() + 1, 1);
        assertThat(check()).isEmpty();
    }

    @Test
    void aRowThatWasAcknowledgedIsGone() {
        rows.remove(one.first());
        assertThat(check()).containsExactly("ACKNOWLEDGED, and not there: " + one);
    }

    @Test
    void aRowThatWasRolledBackIsThere() {
        rows.put(never.first(), 1);
        rows.put(never.first() + 1, 1);
        assertThat(check()).containsExactly("ROLLED_BACK, and there: " + never);
    }

    @Test
    void aRowIsThereTwice() {
        rows.put(one.first(), 2);
        assertThat(check()).containsExactly("2 times: row 1 of " + one);
    }

    @Test
    void halfABlockIsThere() {
        rows.remove(pair.first());
        rows.put(perhaps.first(), 1);
        assertThat(check()).containsExactlyInAnyOrder("in part: " + pair, "in part: " + perhaps);
    }

    @Test
    void aRowIsThereThatNobodyHasWritten() {
        rows.put(99L, 1);
        assertThat(check()).containsExactly("nobody has written row 99");
    }

    /** What the old primary has alone is lost; what neither has was never there. */
    @Test
    void onlyWhatTheOldPrimaryHasIsLostWithIt() {
        Map<Long, Integer> now = Map.of();
        assertThat(book.lose(book.told(), Map.of(1L, 1), now)).containsExactly(one);
        assertThat(book.check(book.told(), now, 0))
                .containsExactly("ACKNOWLEDGED, and not there: " + pair);
        assertThat(check()).as("it comes back").contains("ACKNOWLEDGED, and there: " + one);
    }

    // --- answers --------------------------------------------------------------------------------

    private static Message message(char tag, String body) {
        return new Message(tag, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Message error(String sqlState) {
        return message('E', "SERROR\0C" + sqlState + "\0Mno\0\0");
    }

    private static Told judge(Message... answer) {
        return Answers.judge(Arrays.asList(answer), "C INSERT 0 1", "Z I");
    }

    @Test
    void anAnswerIsTakenForWhatItIs() {
        Message ready = message('Z', "I");
        assertThat(judge(message('C', "INSERT 0 1\0"), ready)).isEqualTo(Told.ACKNOWLEDGED);
        assertThat(judge(error("40001"), ready)).isEqualTo(Told.ROLLED_BACK);
        assertThat(judge(error("08007"), ready)).isEqualTo(Told.IN_DOUBT);
    }

    @Test
    void aWrongAnswerIsFound() {
        Message ready = message('Z', "I");
        var wrong = new ArrayList<List<Message>>();
        wrong.add(List.of(ready));
        wrong.add(List.of(message('C', "INSERT 0 2\0"), ready));
        wrong.add(List.of(message('C', "INSERT 0 1\0"), message('Z', "T")));
        wrong.add(List.of(message('C', "INSERT 0 1\0"), ready, ready));
        wrong.add(List.of(error("40001"), message('Z', "E")));
        wrong.add(List.of(error("40001"), error("40001"), ready));
        wrong.add(List.of(error("25006"), ready));
        for (List<Message> answer : wrong) {
            assertThatThrownBy(() -> judge(answer.toArray(Message[]::new)))
                    .as(answer.toString())
                    .isInstanceOf(WrongAnswerException.class);
        }
    }
}
