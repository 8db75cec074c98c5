package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.exchange.RequestEnd.Outcome;
import dev.weir.sql.LexicalRules;
import dev.weir.sql.Text;
import dev.weir.sql.Texts;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RequestObserverTest {
    private final Ledger ledger = new Ledger();
    private final NotedEnds ends = new NotedEnds();

    @BeforeEach
    void observe() {
        ledger.observe(ends);
    }

    private void send(Request... requests) {
        for (Request request : requests) {
            ledger.sent(request);
        }
    }

    private void receive(String tags) {
        for (int i = 0; i < tags.length(); i++) {
            ledger.answered(10, 0);
            ledger.received((byte) tags.charAt(i));
        }
    }

    private void ready(char status) {
        ledger.answered(6, 0);
        ledger.receivedReady((byte) status);
    }

    @Test
    void tellsWhatAQueryWas() {
        Text text =
                new Texts(1)
                        .parse(
                                Unpooled.wrappedBuffer(new byte[11]).setByte(0, 'x'),
                                0,
                                8,
                                11,
                                LexicalRules.STANDARD);
        ledger.sent(Request.QUERY, 0, null, text);
        receive("TDD");
        ledger.answered(14, 2);
        ledger.received((byte) 'C');
        ledger.answered(13, 5);
        ledger.received((byte) 'C');
        assertThat(ends.ends()).isEmpty();
        ready('I');
        assertThat(ends.ends())
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.request()).isEqualTo(Request.QUERY);
                    assertThat(it.text()).isSameAs(text);
                    assertThat(it.outcome()).isEqualTo(Outcome.SUCCEEDED);
                    assertThat(it.rows()).isEqualTo(7);
                    assertThat(it.bytes()).isEqualTo(30 + 14 + 13 + 6);
                    assertThat(it.nanos()).isEqualTo(1);
                    assertThat(it.sqlState()).isNull();
                });
    }

    @Test
    void tellsOfEachRequestOfABatchWhenItIsAnswered() {
        send(Request.PARSE, Request.BIND, Request.DESCRIBE_PORTAL, Request.EXECUTE, Request.SYNC);
        receive("12");
        assertThat(ends.take()).isEqualTo("PARSE SUCCEEDED, BIND SUCCEEDED");
        receive("TDC");
        assertThat(ends.take()).isEqualTo("DESCRIBE_PORTAL SUCCEEDED, EXECUTE SUCCEEDED");
        ready('I');
        assertThat(ends.take()).isEqualTo("SYNC SUCCEEDED");
    }

    @Test
    void measuresPipelinedRequestsFromWhenTheyWereSent() {
        send(Request.QUERY, Request.QUERY); // at 1 and 2
        receive("C");
        ready('I'); // at 3
        receive("I");
        ready('I'); // at 4
        assertThat(ends.ends()).extracting(RequestEnd::nanos).containsExactly(2L, 2L);
    }

    @Test
    void tellsOfWhatAnErrorSkips() {
        send(Request.PARSE, Request.BIND, Request.EXECUTE);
        receive("1");
        ledger.receivedError("22P02");
        assertThat(ends.take()).isEqualTo("PARSE SUCCEEDED, EXECUTE SKIPPED, BIND FAILED 22P02");
        send(Request.EXECUTE, Request.QUERY);
        assertThat(ends.take()).isEqualTo("EXECUTE SKIPPED, QUERY SKIPPED");
        send(Request.SYNC);
        ready('I');
        assertThat(ends.take()).isEqualTo("SYNC SUCCEEDED");
    }

    @Test
    void tellsOfAnErrorAfterRows() {
        send(Request.QUERY);
        receive("TD");
        ledger.answered(100, 0);
        ledger.receivedError("22012");
        assertThat(ends.ends()).isEmpty();
        ready('E');
        assertThat(ends.ends()).extracting(RequestEnd::bytes).containsExactly(126L);
        assertThat(ends.take()).isEqualTo("QUERY FAILED 22012");
    }

    @Test
    void tellsOfACommitThatFails() {
        send(Request.EXECUTE, Request.SYNC);
        receive("C");
        ledger.receivedError("23503");
        ready('I');
        assertThat(ends.take()).isEqualTo("EXECUTE SUCCEEDED, SYNC FAILED 23503");
    }

    @Test
    void tellsOfNothingThatIsWeirsOwn() {
        ledger.sent(Request.QUERY, Ledger.PRIVATE, null);
        ledger.sent(Request.CLOSE, Ledger.SWALLOWED, null);
        ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE, null);
        send(Request.SYNC);
        ledger.receivedError("42601");
        ready('I');
        receive("33");
        ready('I');
        assertThat(ends.take()).isEqualTo("PARSE SUCCEEDED, SYNC SUCCEEDED");
    }

    @Test
    void blamesWhatIsBehindAMessageOfWeirsForItsError() {
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        send(Request.BIND, Request.EXECUTE, Request.SYNC);
        ledger.receivedError("42P01");
        ready('I');
        assertThat(ends.take()).isEqualTo("EXECUTE SKIPPED, BIND FAILED 42P01, SYNC SUCCEEDED");
    }

    @Test
    void tellsTheEffectFirst() {
        List<String> effects = new ArrayList<>();
        ledger.sent(Request.PARSE, 0, new NotedEffect("p", effects));
        ledger.sent(Request.BIND, 0, new NotedEffect("b", effects));
        receive("1");
        ledger.receivedError("22P02");
        assertThat(effects).containsExactly("p succeeded", "b failed");
        assertThat(ends.take()).isEqualTo("PARSE SUCCEEDED, BIND FAILED 22P02");
    }

    @Test
    void tellsOfACopyAndItsSyncs() {
        send(Request.EXECUTE, Request.SYNC);
        receive("G");
        send(Request.COPY_END, Request.SYNC);
        ledger.answered(12, 3);
        ledger.received((byte) 'C');
        assertThat(ends.ends()).extracting(RequestEnd::rows).containsExactly(0L, 3L);
        assertThat(ends.take()).isEqualTo("SYNC SKIPPED, EXECUTE SUCCEEDED");
        ready('I');
        assertThat(ends.take()).isEqualTo("SYNC SUCCEEDED");
    }

    @Test
    void tellsOfAllThatIsDoubtfulAfterACopy() {
        send(Request.EXECUTE, Request.SYNC);
        receive("G");
        send(Request.SYNC, Request.COPY_END);
        ledger.receivedError("22P04");
        assertThat(ledger.isUncertain()).isTrue();
        assertThat(ends.take()).isEqualTo("SYNC LOST, SYNC LOST, EXECUTE FAILED 22P04");
        send(Request.QUERY);
        assertThat(ends.take()).isEqualTo("QUERY LOST");
    }

    @Test
    void tellsOfWhatALostConnectionOwed() {
        send(Request.QUERY, Request.QUERY);
        ledger.sent(Request.QUERY, Ledger.PRIVATE, null);
        receive("T");
        ledger.lost("57P01");
        ledger.lost("57P01");
        assertThat(ends.take()).isEqualTo("QUERY FAILED 57P01, QUERY LOST");
    }

    @Test
    void tellsNothingOfAnIdleConnectionThatIsLost() {
        send(Request.QUERY);
        receive("I");
        ready('I');
        ends.take();
        ledger.lost(null);
        assertThat(ends.ends()).isEmpty();
    }
}
