package dev.weir.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;
import dev.weir.protocol.BackendTag;
import org.junit.jupiter.api.Test;

class StandingTest {
    private final Ledger ledger = new Ledger();

    private Standing standing() {
        return Standing.of(ledger);
    }

    private void answered(char status) {
        ledger.received(BackendTag.COMMAND_COMPLETE);
        ledger.receivedReady((byte) status);
    }

    @Test
    void followsTheTransaction() {
        assertThat(standing()).isEqualTo(Standing.BETWEEN);
        ledger.sent(Request.QUERY);
        assertThat(standing()).isEqualTo(Standing.OWING);
        answered('T');
        assertThat(standing()).isEqualTo(Standing.IN_BLOCK);
        ledger.sent(Request.QUERY);
        ledger.receivedError("22012");
        ledger.receivedReady((byte) 'E');
        assertThat(standing()).isEqualTo(Standing.FAILED);
    }

    @Test
    void knowsTheQuestionForTheEndOfTheLog() {
        ledger.sent(Request.QUERY);
        ledger.sent(Request.FUNCTION_CALL, Ledger.PRIVATE, null);
        assertThat(standing()).isEqualTo(Standing.OWING);
        answered('I');
        assertThat(standing()).isEqualTo(Standing.ASKED_LSN);
        ledger.received(BackendTag.FUNCTION_CALL_RESPONSE);
        ledger.receivedReady((byte) 'I');
        assertThat(standing()).isEqualTo(Standing.BETWEEN);
    }

    @Test
    void knowsOtherQuestionsOfWeirs() {
        ledger.sent(Request.QUERY, Ledger.PRIVATE, null);
        assertThat(standing()).isEqualTo(Standing.ASKED);
        ledger.sent(Request.QUERY);
        assertThat(standing()).isEqualTo(Standing.OWING);
    }

    @Test
    void aCallOfTheClientsIsNoQuestion() {
        ledger.sent(Request.FUNCTION_CALL);
        assertThat(standing()).isEqualTo(Standing.OWING);
    }
}
