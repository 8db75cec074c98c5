package dev.weir.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Runs worlds, one after the other, each from the next seed. */
public final class Sim {
    /** After so many steps a world comes to rest, and the next begins. */
    static final long WORLD_STEPS = 20_000;

    private static final double NANOS_PER_SECOND = 1e9;

    private final Complaints complaints = new Complaints();
    private final Map<String, Integer> errors = new TreeMap<>();
    private final boolean isTold;
    private final Logger weir;
    private final Logger netty;
    private long worlds;
    private long steps;
    private long trace;

    /** Any line of the log that says that Weir has a bug. */
    private static final class Complaints extends AppenderBase<ILoggingEvent> {
        private @Nullable World world;

        @Override
        protected void append(ILoggingEvent event) {
            World now = world;
            if (now != null) {
                if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
                    proxy.getThrowable().printStackTrace();
                }
                now.failsSoon("the log says: " + event.getFormattedMessage());
            }
        }
    }

    /**
     * @param isTold whether every message is printed
     */
    Sim(boolean isTold) {
        this.isTold = isTold;
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        complaints.setContext(context);
        complaints.start();
        weir = context.getLogger("dev.weir");
        netty = context.getLogger("io.netty");
        listen(weir, Level.ERROR);
        listen(netty, Level.WARN);
    }

    private void listen(Logger logger, Level level) {
        logger.setLevel(level);
        logger.setAdditive(false);
        logger.addAppender(complaints);
    }

    /** Leaves the log as it was. */
    void close() {
        for (Logger logger : List.of(weir, netty)) {
            logger.detachAppender(complaints);
            logger.setAdditive(true);
            logger.setLevel(null);
        }
    }

    /** Makes about so many steps; returns the number that was made. */
    long run(long seed, long most) {
        for (long next = seed; steps < most; next++) {
            run(new World(next, isTold), Math.min(WORLD_STEPS, most - steps));
        }
        return steps;
    }

    /** Makes so many steps of a world, and lets it come to rest. */
    void run(World world, long most) {
        complaints.world = world;
        world.run(most);
        complaints.world = null;
        worlds++;
        steps += world.schedule().steps();
        trace = Dice.mix(trace ^ world.schedule().trace());
        world.errors().forEach((what, count) -> errors.merge(what, count, Integer::sum));
    }

    long trace() {
        return trace;
    }

    /** Called by {@code ./dev sim [--seed N] [--steps N] [--tell yes] [--faults N]}. */
    public static void main(String[] arguments) {
        long seed = System.nanoTime() & 0xffff_ffffL;
        long steps = 1_000_000;
        boolean isTold = false;
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                case "--steps" -> steps = Long.parseLong(arguments[i + 1]);
                case "--faults" -> {
                    FaultWalk.main(seed, Integer.parseInt(arguments[i + 1]));
                    return;
                }
                case "--tell" -> isTold = arguments[i + 1].equals("yes");
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        var sim = new Sim(isTold);
        long begun = System.nanoTime();
        try {
            sim.run(seed, steps);
        } finally {
            sim.tell(seed, (System.nanoTime() - begun) / NANOS_PER_SECOND);
        }
    }

    /** Tells of the worlds that came to rest, and what went wrong in them as it should. */
    private void tell(long seed, double seconds) {
        System.out.printf(
                "seeds=%d..%d steps=%d steps/s=%.0f trace=%016x%n",
                seed, seed + worlds - 1, steps, steps / seconds, trace);
        errors.forEach((what, count) -> System.out.println(count + " " + what));
    }
}
