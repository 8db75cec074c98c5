package dev.weir.bench.failover;

import dev.weir.bench.failover.Scene.Shape;
import dev.weir.pgkit.PgVersion;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hunts for answers that are not true.
 *
 * <p>Arguments: for how many seconds; the seed; names of crashes, if not all are to happen. Ends
 * with status 1 if anything was found.
 */
final class Failover {
    private Failover() {}

    public static void main(String[] args) throws InterruptedException {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 600;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : System.nanoTime();
        List<String> only = Arrays.stream(args).skip(2).toList();
        System.out.println("seed " + seed + "\n\n" + Hunt.HEADING);
        boolean isClean = true;
        List<Shape> shapes =
                Arrays.stream(Shape.values()).filter(one -> !of(one, only).isEmpty()).toList();
        int kinds = shapes.stream().mapToInt(one -> of(one, only).size()).sum();
        for (Shape shape : shapes) { // each kind has the same share of the time
            long share = TimeUnit.SECONDS.toNanos(seconds) / kinds * of(shape, only).size();
            long until = System.nanoTime() + share;
            var hunt = new Hunt(shape, PgVersion.V18, seed);
            hunt.run(of(shape, only), until);
            hunt.results()
                    .forEach((crash, result) ->
                            System.out.println(result.row(shape + ": " + crash.title())));
            hunt.findings().forEach(System.err::println);
            System.err.println(shape + ": " + hunt.rows() + " transactions were acknowledged");
            isClean &= hunt.findings().isEmpty();
        }
        System.exit(isClean ? 0 : 1);
    }

    private static List<Crash> of(Shape shape, List<String> only) {
        return Crash.of(shape).stream()
                .filter(crash -> only.isEmpty() || only.contains(crash.name()))
                .toList();
    }
}
