package dev.weir.session;

import dev.weir.backend.CancelSender;

/**
 * A client's request to cancel what its session runs.
 *
 * @param waitMillis how long PostgreSQL may take to carry it out
 * @param done run once it can no longer hit anything that the session runs later
 */
record CancelRequest(CancelSender sender, long waitMillis, Runnable done) {
    /** One request for both, this one being the later. */
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
