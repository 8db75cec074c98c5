package dev.weir.route;

import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;

/** How far the server connection that a session holds has come with what it was sent. */
public enum Standing {
    /** All is answered, and no transaction is open. */
    BETWEEN,
    /** All but a question of Weir's own is answered, and no transaction is open. */
    ASKED,
    /** As {@link #ASKED}, and the question is where the log ends. */
    ASKED_LSN,
    /** All is answered, and a transaction block is open. */
    IN_BLOCK,
    /** All is answered, and the open transaction block has failed. */
    FAILED,
    /** The client is owed answers. */
    OWING;

    /** The standing of the connection whose ledger this is. */
    public static Standing of(Ledger ledger) {
        byte status = ledger.transactionStatus();
        if (ledger.outstanding() == 0) {
            return status == 'I' ? BETWEEN : status == 'T' ? IN_BLOCK : FAILED;
        } else if (ledger.outstanding() > 1 || !ledger.isHeadPrivate() || status != 'I') {
            return OWING;
        }
        return ledger.isHead(Request.FUNCTION_CALL) ? ASKED_LSN : ASKED;
    }

    /** Whether the next batch begins a transaction. */
    public boolean isBetween() {
        return compareTo(ASKED_LSN) <= 0;
    }

    /** Whether nothing is owed, so that it is known whether a transaction block is open. */
    boolean isSettled() {
        return this == BETWEEN || isInBlock();
    }

    /** Whether a transaction block is open, for certain. */
    boolean isInBlock() {
        return this == IN_BLOCK || this == FAILED;
    }
}
