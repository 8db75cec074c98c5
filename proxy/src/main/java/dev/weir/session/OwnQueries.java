package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ServerConnection;

/** The effects of queries of Weir's own that only change the state of the connection. */
final class OwnQueries {
    private OwnQueries() {}

    /** A query without which the connection is not in the state that it must be in. */
    record MustSucceed(ServerConnection server) implements InjectedQuery {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            server.markCloseNeeded();
        }
    }

    /** A BEGIN ahead of what must not run outside its transaction, and may have done so. */
    record MustBegin(Flow flow) implements InjectedQuery {
        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            flow.broken();
        }
    }

    /** A query whose error puts the connection into the state that it must be in. */
    record MustFail(Flow flow) implements InjectedQuery {
        @Override
        public void succeeded() {
            flow.broken();
        }

        @Override
        public void failed() {}
    }

    /** One of two queries that change parameters for a moment, there and back. */
    record ThereAndBack(ServerConnection server) implements InjectedQuery {
        @Override
        public boolean isTemporary() {
            return true;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {
            server.markCloseNeeded();
        }
    }
}
