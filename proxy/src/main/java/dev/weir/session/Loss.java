package dev.weir.session;

/**
 * What a client had under way when its server connection ended, and what has become of it.
 *
 * @param work what the batch does that was sent last, and is not answered
 * @param before the transaction status before that batch: {@code I}, {@code T} or {@code E}
 * @param isFirst whether nothing has run in its transaction before, but for a BEGIN
 * @param isOrderly whether the server has said FATAL: then it has said all that it did before
 * @param isOpen whether its Sync was not sent
 * @param isBegun whether the server may have looked at the batch
 * @param isTold whether it was answered with an error already
 * @param isShown whether any part of its answer has reached the client
 * @param completed how many of its commands were completed
 */
record Loss(
        Work work,
        byte before,
        boolean isFirst,
        boolean isOrderly,
        boolean isOpen,
        boolean isBegun,
        boolean isTold,
        boolean isShown,
        int completed) {
    /*
     * A backend heeds the command to terminate where it checks for interrupts, and says FATAL then.
     * Between the commit record and CommandComplete of a statement that commits by itself there is
     * no such place; so FATAL without CommandComplete means that it is rolled back (see the ADR on
     * certain answers, and ./dev bench terminate). Not for what may commit before its end: CALL, DO,
     * several statements in one text, commands that no block may have. A batch of the extended
     * protocol commits at its Sync, when all commands are completed.
     */

    /** What became of it. */
    enum Resolution {
        /** The server has not looked at it. */
        NOT_BEGUN,
        /** Nothing of it has any effect, nor of the block that it ran in. */
        ROLLED_BACK,
        /** It may have been committed. */
        UNKNOWN
    }

    /** Whether it may run once more, without the client's knowledge. */
    enum Again {
        NO,
        /** It has done nothing that anybody could have wanted to stop. */
        YES,
        /** Only if the whole server goes away: else somebody has ended just this. */
        IF_AWAY
    }

    Resolution resolution() {
        if (!isBegun) {
            return Resolution.NOT_BEGUN;
        } else if (isTold) {
            return Resolution.ROLLED_BACK;
        } else if (!work.isKnown()) {
            return Resolution.UNKNOWN;
        } else if (endsFailedBlock()) {
            return Resolution.ROLLED_BACK;
        } else if (before != 'I' || work.begins()) {
            return work.commits() ? Resolution.UNKNOWN : Resolution.ROLLED_BACK;
        } else if (work.count() == 0 || work.isPlain() && !work.writes()) {
            return Resolution.ROLLED_BACK;
        }
        boolean isStopped = isOpen || isOrderly && completed < work.count();
        return isStopped && work.isPlain() && !work.isOutside()
                ? Resolution.ROLLED_BACK
                : Resolution.UNKNOWN;
    }

    /**
     * Whether it is the ROLLBACK of a block that has failed, or the COMMIT, which rolls it back.
     */
    private boolean endsFailedBlock() {
        return before == 'E' && work.isLoneEnd();
    }

    Again again() {
        if (!work.isKnown() || isOpen || isShown || isTold) {
            return Again.NO;
        } else if (before == 'E' || before == 'T' && work.isLoneRollback()) {
            return work.commits() && !endsFailedBlock() ? Again.NO : Again.YES;
        } else if (!isFirst) {
            return Again.NO;
        } else if (!isBegun || work.count() == 0 || before == 'I' && work.isLoneBegin()) {
            return Again.YES;
        }
        boolean isCertain = resolution() == Resolution.ROLLED_BACK;
        return isCertain && work.isPlain() && work.isLocal() ? Again.IF_AWAY : Again.NO;
    }

    /** The transaction status that the client is left in if it is told. */
    byte statusAfter() {
        if (before != 'I') {
            boolean ends = work.isKnown() && (work.commits() || work.isLoneEnd());
            return (byte) (ends ? 'I' : 'E');
        }
        boolean isInBlock = work.begins() && !work.commits() && isShown && completed > 0;
        return (byte) (isInBlock ? 'E' : 'I');
    }
}
