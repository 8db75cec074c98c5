package dev.weir.route;

import dev.weir.exchange.Ledger;
import dev.weir.exchange.Request;

/** How far a session's server connection has answered what it was sent. */
public enum Standing {
    /** Everything is answered, and no transaction is open. */
    BETWEEN,
    /** Everything but a question of Weir's own is answered, and no transaction is open. */
    ASKED,
    /** Like {@link #ASKED}, where the question asks for the end of the log. */
    ASKED_LSN,
    /** Everything is answered, and a transaction block is open. */
    IN_BLOCK,
    /** Everything is answered, and the open transaction block has failed. */
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

    /** Whether it is certain that a transaction block is open. */
    boolean isInBlock() {
        return this == IN_BLOCK || this == FAILED;
    }
}
