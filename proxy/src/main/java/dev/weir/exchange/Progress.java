package dev.weir.exchange;

/**
 * How far a server has got with the batch that it is answering: what has been received since the
 * last ReadyForQuery.
 */
final class Progress {
    /** Whether a command was begun. */
    private boolean begun;

    /** Whether the last Query may have left the implicit transaction of its batch open. */
    private boolean carried;

    /** Whether an error for the client was received. */
    private boolean told;

    /** How many of the client's commands were completed. */
    private int completed;

    /** A request was carried out. */
    void done(Request request) {
        begun |= request.begins();
    }

    /** A command was completed or suspended; {@code isOwn} if it was the client's. */
    void completes(boolean isOwn) {
        completed += isOwn ? 1 : 0;
    }

    /** An error was received, which ends any implicit transaction. */
    void fails(boolean isOwn) {
        told |= isOwn;
        begun = true;
    }

    /**
     * ReadyForQuery was received.
     *
     * @param isSync whether it answers a Sync
     * @return whether it is no longer known if a transaction is open: a lone Sync does not end it,
     *     though the server says so
     */
    boolean ready(boolean isSync, byte status) {
        boolean lost = carried && isSync && !begun && status == 'I';
        carried = !isSync && status == 'T' && (carried || begun);
        begun = false;
        told = false;
        completed = 0;
        return lost;
    }

    boolean isCarried() {
        return carried;
    }

    boolean isTold() {
        return told;
    }

    int completed() {
        return completed;
    }
}
