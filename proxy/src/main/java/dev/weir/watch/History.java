package dev.weir.watch;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of the last hour, in a ring for each owner. Thread-safe. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
public final class History {
    /** How many moments are kept. */
    static final int POINTS_MAX = 1_800;

    /** How many databases and nodes have figures of their own: 72 kB each at most. */
    static final int OWNERS_MAX = 64;

    private static final Curve[] CURVES = Curve.values();

    /** Stands for an unknown figure. */
    static final float UNKNOWN = Float.NaN;

    private final long[] moments = new long[POINTS_MAX];
    private final Map<Owner, Rings> owners = new LinkedHashMap<>();
    private int next;
    private int count;

    /** The figures of one owner, by curve; those that it does not have are null. */
    private static final class Rings {
        private final float[][] values = new float[CURVES.length][];
        private int seen;

        Rings(boolean isNode) {
            for (Curve curve : CURVES) {
                if (curve.isOfNodes() == isNode) {
                    values[curve.ordinal()] = filled(POINTS_MAX);
                }
            }
        }
    }

    /**
     * One owner's figures, oldest first.
     *
     * @param moments in milliseconds of Unix time
     * @param curves each with as many values as there are moments; NaN = unknown
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    public record Extract(Owner owner, long[] moments, Map<Curve, float[]> curves) {}

    /**
     * Adds a moment; owners that have not been seen for the length of the ring are forgotten.
     *
     * @param figures by owner, with a value for each curve
     */
    synchronized void add(long atMillis, Map<Owner, float[]> figures) {
        moments[next] = atMillis;
        owners.values()
                .forEach(rings -> {
                    rings.seen++;
                    put(rings, null);
                });
        owners.values().removeIf(rings -> rings.seen > POINTS_MAX);
        figures.forEach((owner, values) -> {
            Rings rings = owners.get(owner);
            if (rings == null && owners.size() < OWNERS_MAX) {
                rings = new Rings(owner.isNode());
                owners.put(owner, rings);
            }
            if (rings != null) {
                rings.seen = 0;
                put(rings, values);
            }
        });
        next = (next + 1) % POINTS_MAX;
        count = Math.min(count + 1, POINTS_MAX);
    }

    private void put(Rings rings, float @Nullable [] values) {
        for (int i = 0; i < CURVES.length; i++) {
            float[] ring = rings.values[i];
            if (ring != null) {
                ring[next] = values == null ? UNKNOWN : values[i];
            }
        }
    }

    /** The figures of a database and of its nodes; of all databases together if it is "". */
    public synchronized List<Extract> of(String database) {
        return owners.entrySet().stream()
                .filter(entry -> entry.getKey().database().equals(database))
                .map(entry -> extract(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Extract extract(Owner owner, Rings rings) {
        Map<Curve, float[]> curves = new LinkedHashMap<>();
        for (Curve curve : CURVES) {
            float[] ring = rings.values[curve.ordinal()];
            if (ring != null) {
                float[] line = new float[count];
                for (int i = 0; i < count; i++) {
                    line[i] = ring[place(i)];
                }
                curves.put(curve, line);
            }
        }
        long[] when = new long[count];
        for (int i = 0; i < count; i++) {
            when[i] = moments[place(i)];
        }
        return new Extract(owner, when, curves);
    }

    /** The index of the {@code i}th moment, the oldest being the first. */
    private int place(int i) {
        return Math.floorMod(next - count + i, POINTS_MAX);
    }

    static float[] unknown() {
        return filled(CURVES.length);
    }

    private static float[] filled(int length) {
        float[] all = new float[length];
        Arrays.fill(all, UNKNOWN);
        return all;
    }
}
