package dev.weir.watch;

import dev.weir.observe.NodeSnapshot;
import java.util.List;
import java.util.Map;

/**
 * The process at one moment. Immutable; the arrays must not be changed.
 *
 * @param atMillis in Unix time
 * @param findings what is wrong, worst first
 * @param figures by owner, with a value for each {@link Curve}; NaN = unknown
 * @param pools those that matter most first
 * @param poolsLeft how many more there are
 */
public record Picture(
        long atMillis,
        List<Finding> findings,
        Map<Owner, float[]> figures,
        List<PoolLine> pools,
        int poolsLeft,
        List<NodeSnapshot> nodes) {}
