package dev.weir.pool;

import dev.weir.exchange.RequestEnd;

/** Two observers of one server connection. */
record BothObservers(LeaseObserver one, LeaseObserver other) implements LeaseObserver {
    @Override
    public void leased(Waiter to, long waitedNanos) {
        one.leased(to, waitedNanos);
        other.leased(to, waitedNanos);
    }

    @Override
    public void counted(long nanos) {
        one.counted(nanos);
        other.counted(nanos);
    }

    @Override
    public long nanos() {
        return one.nanos();
    }

    @Override
    public void ended(RequestEnd end) {
        one.ended(end);
        other.ended(end);
    }
}
