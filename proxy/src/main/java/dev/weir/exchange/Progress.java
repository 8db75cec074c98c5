package dev.weir.exchange;

/**
 * How far a server has come with the batch that it answers: what was received since the last
 * ReadyForQuery.
 */
final class Progress {
    /** A command was begun. */
    private boolean begun;

    /** The last Query may have left the implicit transaction of its batch open. */
    private boolean carried;

    /** An error of the client's was received. */
    private boolean told;

    /** How many commands of the client's were completed. */
    private int completed;

    /** A request was carried out. */
    void done(Request request) {
        begun |= request.begins();
    }

    /** A command was completed, or suspended; one of the client's own if {@code isOwn}. */
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
     * @return whether nobody can tell any more if a transaction is open: a lone Sync ends none, and
     *     the server only says so
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
