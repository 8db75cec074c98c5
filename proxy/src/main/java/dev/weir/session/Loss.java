package dev.weir.session;

/**
 * What a client had in progress when its server connection ended, and what has become of it.
 *
 * @param work of the batch that was sent last, and is not answered
 * @param before the transaction status before that batch: {@code I}, {@code T} or {@code E}
 * @param isFirst whether nothing but a BEGIN has run in its transaction before
 * @param isOrderly whether the server has sent FATAL: then it has reported all that it did before
 * @param isOpen whether its Sync was not sent
 * @param isBegun whether the server may have begun with the batch
 * @param isTold whether it has already been answered with an error
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
     * A backend obeys the command to terminate where it checks for interrupts, and sends FATAL
     * then. Between the commit record and CommandComplete of a statement that commits by itself
     * there is no such place; so FATAL without CommandComplete means that it is rolled back (see
     * the ADR on certain answers, and ./dev bench terminate). This does not hold for what may
     * commit before its end: CALL, DO, several statements in one text, commands that cannot run in
     * a block. A batch of the extended protocol commits at its Sync, when all commands are
     * completed.
     */

    /** What has become of the batch. */
    enum Resolution {
        /** The server has not begun with it. */
        NOT_BEGUN,
        /** Neither it nor the block that it ran in has any effect. */
        ROLLED_BACK,
        /** It may have been committed. */
        UNKNOWN
    }

    /** Whether the batch may run again, without the client's knowledge. */
    enum Again {
        NO,
        /** It has done nothing that an operator could have wanted to stop. */
        YES,
        /** Only if the whole server goes away: otherwise this backend alone was terminated. */
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

    /** Whether it is the ROLLBACK of a block that has failed, or a COMMIT, which rolls it back. */
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

    /** The transaction status of the client after it has been told of the loss. */
    byte statusAfter() {
        if (before != 'I') {
            boolean ends = work.isKnown() && (work.commits() || work.isLoneEnd());
            return (byte) (ends ? 'I' : 'E');
        }
        boolean isInBlock = work.begins() && !work.commits() && isShown && completed > 0;
        return (byte) (isInBlock ? 'E' : 'I');
    }
}
