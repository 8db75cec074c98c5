package dev.weir.session;

import dev.weir.backend.CancelSender;

/**
 * A client's request to cancel what its session runs.
 *
 * @param waitMillis how long PostgreSQL may take to carry it out
 * @param done run once it can hit nothing that the session runs later
 */
record CancelRequest(CancelSender sender, long waitMillis, Runnable done) {
    /** One for both, of which this came last. */
    CancelRequest with(CancelRequest before) {
        return new CancelRequest(
                sender,
                waitMillis,
                () -> {
                    before.done.run();
                    done.run();
                });
    }
}
