package dev.weir.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.protocol.ProtocolViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LedgerTest {
    private final Ledger ledger = new Ledger();
    private final List<String> effects = new ArrayList<>();

    @Test
    void isIdleAtFirst() {
        assertThat(ledger.isIdle()).isTrue();
        assertThat(ledger.isQuiet()).isTrue();
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.headEffect()).isNull();
    }

    @Test
    void owesOneAnswerPerRequestAndOneReadyPerSyncAndQuery() {
        send(Request.PARSE, Request.BIND, Request.EXECUTE, Request.SYNC, Request.QUERY);
        assertThat(ledger.outstanding()).isEqualTo(5);
        assertThat(ledger.readyOwed()).isEqualTo(2);
        receive("12DDC");
        assertThat(ledger.outstanding()).isEqualTo(2);
        ready('I');
        assertThat(ledger.readyOwed()).isEqualTo(1);
        assertThat(ledger.isIdle()).isFalse();
        receive("TDC");
        ready('I');
        assertThat(ledger.readyOwed()).isZero();
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void isBusyBetweenFlushAndSyncThoughNothingIsOwed() {
        send(Request.PARSE, Request.DESCRIBE_STATEMENT);
        receive("1tT");
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.isBatchOpen()).isTrue();
        assertThat(ledger.isQuiet()).isFalse();
    }

    @Test
    void dropsWhatAFailedBatchSkipsUpToItsSync() {
        send(Request.PARSE, Request.BIND, Request.EXECUTE, Request.QUERY, Request.FUNCTION_CALL);
        send(Request.SYNC, Request.QUERY);
        assertThat(ledger.readyOwed()).isEqualTo(4);
        receive("1");
        ledger.receivedError("XX000");
        assertThat(ledger.readyOwed()).isEqualTo(2);
        assertThat(ledger.outstanding()).isEqualTo(2);
        assertThat(ledger.isSkipping()).isFalse();
        assertThat(ledger.isHead(Request.SYNC)).isTrue();
    }

    @Test
    void skipsWhatIsSentBetweenTheErrorAndTheSync() {
        send(Request.BIND);
        ledger.receivedError("XX000");
        assertThat(ledger.isSkipping()).isTrue();
        assertThat(ledger.isQuiet()).isFalse();
        note(Request.QUERY, "query");
        note(Request.COPY_END, "end");
        assertThat(effects).containsExactly("query skipped", "end skipped");
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.readyOwed()).isZero();
        send(Request.SYNC);
        assertThat(ledger.isSkipping()).isFalse();
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void undoesSkippedRequestsNewestFirstAndTheFailedOneLast() {
        note(Request.PARSE, "a");
        note(Request.PARSE, "b");
        note(Request.CLOSE, "c");
        note(Request.PARSE, "d");
        send(Request.SYNC);
        receive("1");
        ledger.receivedError("XX000");
        assertThat(effects).containsExactly("a succeeded", "d skipped", "c skipped", "b failed");
    }

    @Test
    void tellsAQueryThatFailedAtItsReadyForQuery() {
        note(Request.QUERY, "q");
        note(Request.SYNC, "s");
        receive("C");
        ledger.receivedError("XX000");
        assertThat(effects).isEmpty();
        assertThat(ledger.isHead(Request.QUERY)).isTrue();
        ready('E');
        ready('E');
        assertThat(effects).containsExactly("q failed", "s succeeded");
        assertThat(ledger.isQuiet()).isTrue();
        assertThat(ledger.isIdle()).isFalse();
    }

    @Test
    void dropsTheSyncsThatACopySwallowed() {
        note(Request.EXECUTE, "copy");
        note(Request.SYNC, "inside");
        send(Request.SYNC, Request.SYNC);
        receive("G");
        assertThat(ledger.awaitsCopyData()).isTrue();
        send(Request.COPY_END, Request.SYNC, Request.QUERY);
        assertThat(ledger.readyOwed()).isEqualTo(5);
        receive("C");
        assertThat(effects).containsExactly("inside skipped", "copy succeeded");
        assertThat(ledger.awaitsCopyData()).isFalse();
        assertThat(ledger.readyOwed()).isEqualTo(2);
        assertThat(ledger.outstanding()).isEqualTo(2);
        ready('I');
        receive("C");
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void keepsTheBatchOpenWhoseOnlySyncACopySwallowed() {
        send(Request.PARSE, Request.BIND, Request.EXECUTE, Request.SYNC, Request.COPY_END);
        receive("12GC");
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.isBatchOpen()).isTrue();
        assertThat(ledger.isQuiet()).isFalse();
        send(Request.SYNC);
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void saysWhenNothingComesBeforeTheClientHasSentItsData() {
        send(Request.QUERY);
        assertThat(ledger.awaitsCopyData()).isFalse();
        receive("CG");
        assertThat(ledger.awaitsCopyData()).isTrue();
        send(Request.SYNC); // which the COPY ignores
        assertThat(ledger.awaitsCopyData()).isTrue();
        send(Request.COPY_END);
        assertThat(ledger.awaitsCopyData()).isFalse();
        receive("CG"); // the next COPY of the same text
        assertThat(ledger.awaitsCopyData()).isTrue();
        send(Request.COPY_END);
        receive("CHdc");
        assertThat(ledger.awaitsCopyData()).isFalse();
    }

    @Test
    void takesDataBothWaysUntilTheClientEndsIts() {
        send(Request.QUERY);
        receive("Wd");
        assertThat(ledger.awaitsCopyData()).isTrue();
        send(Request.COPY_END);
        assertThat(ledger.awaitsCopyData()).isFalse();
        receive("dcC");
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void isUncertainOnceACopyFailedWithSyncsInside() {
        note(Request.EXECUTE, "copy");
        note(Request.SYNC, "inside");
        receive("G");
        note(Request.COPY_END, "end");
        note(Request.SYNC, "sync");
        assertThat(ledger.receivedError("XX000")).isEqualTo(Verdict.FORWARD);
        assertThat(effects)
                .containsExactly("sync skipped", "end skipped", "inside skipped", "copy failed");
        assertThat(ledger.isUncertain()).isTrue();
        assertThat(ledger.awaitsCopyData()).isFalse();
        ready('I');
        send(Request.QUERY);
        receive("C");
        ready('I');
        assertThat(ledger.isQuiet()).isFalse();
        assertThat(ledger.outstanding()).isZero();
    }

    @Test
    void isCertainIfTheSyncWasSentBehindTheEndOfTheCopyThatFailed() {
        send(Request.EXECUTE, Request.COPY_END, Request.SYNC);
        receive("G");
        ledger.receivedError("XX000");
        assertThat(ledger.isUncertain()).isFalse();
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void isCertainIfTheStatementFailedBeforeItBecameACopy() {
        send(Request.EXECUTE, Request.SYNC, Request.COPY_END, Request.SYNC);
        ledger.receivedError("XX000");
        assertThat(ledger.readyOwed()).isEqualTo(2);
        ready('I');
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void ignoresTheEndOfACopyThatNeverWas() {
        send(Request.COPY_END);
        assertThat(ledger.isIdle()).isTrue();
        send(Request.SYNC, Request.COPY_END, Request.COPY_END, Request.QUERY, Request.COPY_END);
        ready('I');
        assertThat(ledger.isHead(Request.QUERY)).isTrue();
        receive("C");
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void endsEachOfTwoCopiesInOneQuery() {
        send(Request.QUERY, Request.SYNC, Request.COPY_END, Request.SYNC);
        receive("GC");
        assertThat(ledger.readyOwed()).isEqualTo(2);
        receive("G");
        send(Request.COPY_END, Request.SYNC);
        receive("C");
        assertThat(ledger.readyOwed()).isEqualTo(2);
        ready('I');
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void countsABatchAsOpenWhoseTransactionAQueryCarriedOn() {
        send(Request.PARSE, Request.BIND, Request.EXECUTE, Request.QUERY);
        receive("12CC");
        ready('T');
        assertThat(ledger.isBatchOpen()).isTrue();
        assertThat(ledger.isQuiet()).isFalse();
        send(Request.CLOSE, Request.SYNC);
        receive("3");
        ready('I');
        assertThat(ledger.isUncertain()).isTrue();
        assertThat(ledger.isIdle()).isFalse();
    }

    @Test
    void isIdleAfterASyncThatEndsWhatAQueryCarriedOn() {
        send(Request.EXECUTE, Request.QUERY, Request.QUERY, Request.PARSE, Request.SYNC);
        receive("CC");
        ready('T');
        receive("C");
        ready('T');
        assertThat(ledger.isBatchOpen()).isTrue();
        receive("1");
        ready('I');
        assertThat(ledger.isIdle()).isTrue();
    }

    @Test
    void isQuietInATransactionThatAQueryOrASyncedBatchBegan() {
        send(Request.QUERY);
        receive("C");
        ready('T');
        assertThat(ledger.isQuiet()).isTrue();
        send(Request.EXECUTE, Request.SYNC);
        receive("C");
        ready('T');
        assertThat(ledger.isQuiet()).isTrue();
        assertThat(ledger.isIdle()).isFalse();
    }

    @Test
    void takesEveryAnswerInsideARunningCopyOut() {
        send(Request.QUERY, Request.EXECUTE);
        receive("HddcC");
        assertThatThrownBy(() -> receive("d")).isInstanceOf(ProtocolViolation.class);
        ready('I');
        receive("HcC");
        assertThat(ledger.outstanding()).isZero();
    }

    @Test
    void swallowsTheAnswersOfWeirsOwnRequestsButNotTheirErrorInAClientsBatch() {
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        ledger.sent(Request.PARSE, Ledger.SWALLOWED, null);
        assertThat(ledger.received((byte) '1')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.received((byte) 'N')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.receivedError("XX000")).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void tellsARequestOfTheNoticesAheadOfItsAnswer() {
        var notices = new AtomicInteger();
        var parse =
                new Effect() {
                    @Override
                    public void noticed() {
                        notices.incrementAndGet();
                    }

                    @Override
                    public void succeeded() {}

                    @Override
                    public void failed() {}

                    @Override
                    public void skipped() {}
                };
        ledger.sent(Request.PARSE, 0, parse);
        ledger.sent(Request.SYNC);
        assertThat(ledger.received((byte) 'N')).isEqualTo(Verdict.FORWARD);
        receive("1");
        assertThat(ledger.received((byte) 'N')).isEqualTo(Verdict.FORWARD);
        assertThat(notices).hasValue(1);
    }

    @Test
    void swallowsAllThatAPrivateRequestGets() {
        ledger.sent(Request.QUERY, Ledger.PRIVATE, null);
        assertThat(ledger.isHeadPrivate()).isTrue();
        assertThat(ledger.received((byte) 'N')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.received((byte) 'A')).isEqualTo(Verdict.FORWARD);
        assertThat(ledger.received((byte) 'C')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.receivedError("XX000")).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.receivedReady((byte) 'I')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.isHeadPrivate()).isFalse();
    }

    @Test
    void turnsTheCloseCompleteThatStandsForAParse() {
        ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE, null);
        ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE | Ledger.SWALLOWED, null);
        ledger.sent(Request.CLOSE, Ledger.ANSWERS_PARSE, null);
        assertThat(ledger.received((byte) '3')).isEqualTo(Verdict.AS_PARSE_COMPLETE);
        assertThat(ledger.received((byte) '3')).isEqualTo(Verdict.SWALLOW);
        assertThat(ledger.received((byte) 'N')).isEqualTo(Verdict.FORWARD);
        assertThat(ledger.receivedError("XX000")).isEqualTo(Verdict.FORWARD);
    }

    @Test
    void keepsTheOrderOverGrowthAndWrapping() {
        for (int i = 0; i < 10; i++) {
            send(Request.QUERY);
            ready('I');
        }
        for (int i = 0; i < 1_000; i++) {
            note(i % 3 == 0 ? Request.SYNC : Request.PARSE, "r" + i);
        }
        for (int i = 0; i < 1_000; i++) {
            if (i % 3 == 0) {
                ready('T');
            } else {
                receive("1");
            }
            assertThat(effects.get(i)).isEqualTo("r" + i + " succeeded");
        }
        assertThat(ledger.outstanding()).isZero();
        assertThat(ledger.readyOwed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3", "C", "D", "T", "t", "n", "s", "I", "G", "H", "V", "d"})
    void rejectsAnAnswerWhenNothingIsOwed(String tag) {
        assertThatThrownBy(() -> receive(tag))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("(expected: nothing)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"2", "3", "C", "D", "T", "t", "n", "s", "I", "G", "H", "V", "d", "R", "x"})
    void rejectsWhatCannotAnswerAParse(String tag) {
        send(Request.PARSE, Request.SYNC);
        assertThatThrownBy(() -> receive(tag))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("(expected: the answer to PARSE)");
        assertThatThrownBy(() -> ready('I')).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void rejectsReadyForQueryAndErrorsThatNobodyAskedFor() {
        assertThatThrownBy(() -> ready('I')).isInstanceOf(ProtocolViolation.class);
        assertThatThrownBy(() -> ledger.receivedError("XX000"))
                .isInstanceOf(ProtocolViolation.class);
        send(Request.SYNC);
        assertThatThrownBy(() -> ready('X'))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining("(expected: I, T or E)");
    }

    @Test
    void rejectsTheEndOfACopyThatWasNotEnded() {
        send(Request.EXECUTE, Request.SYNC);
        receive("G");
        assertThatThrownBy(() -> receive("C")).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void rejectsTheSuccessOfACopyWithARequestInside() {
        send(Request.EXECUTE, Request.PARSE, Request.COPY_END);
        receive("G");
        assertThatThrownBy(() -> receive("C")).isInstanceOf(ProtocolViolation.class);
    }

    private void send(Request... requests) {
        for (Request request : requests) {
            ledger.sent(request);
        }
    }

    private void note(Request request, String name) {
        ledger.sent(request, 0, new NotedEffect(name, effects));
    }

    private void receive(String tags) {
        for (int i = 0; i < tags.length(); i++) {
            ledger.received((byte) tags.charAt(i));
        }
    }

    private void ready(char status) {
        ledger.receivedReady((byte) status);
    }
}
