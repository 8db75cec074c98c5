package dev.weir.metrics;

import org.jspecify.annotations.Nullable;

/** The latest {@link Exemplar} of each bucket, as far as there is one. Used by one thread. */
public final class Exemplars {
    private final @Nullable Exemplar[] ofBuckets = new Exemplar[Timing.BUCKETS];

    /** That of a bucket; null if there is none. */
    @Nullable Exemplar of(int bucket) {
        return ofBuckets[bucket];
    }

    /** That of the bucket in which this time is counted; null if there is none. */
    public @Nullable Exemplar like(long nanos) {
        return ofBuckets[Timing.bucket(nanos)];
    }

    /** Takes one in place of that of its bucket, unless that is later. */
    public void put(Exemplar one) {
        Exemplar before = like(one.nanos());
        if (before == null || before.atMillis() <= one.atMillis()) {
            ofBuckets[Timing.bucket(one.nanos())] = one;
        }
    }

    /** Takes all of another one. */
    public void putAll(Exemplars other) {
        for (Exemplar one : other.ofBuckets) {
            if (one != null) {
                put(one);
            }
        }
    }

    /** The same ones, to be kept while these change. */
    public Exemplars copy() {
        var copy = new Exemplars();
        copy.putAll(this);
        return copy;
    }
}
