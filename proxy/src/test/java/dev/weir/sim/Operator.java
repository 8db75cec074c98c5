package dev.weir.sim;

import dev.weir.pool.Gate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What comes from outside: faults of servers, changes of nodes, commands, cancels. */
final class Operator {
    private final World world;
    private boolean isOver;

    Operator(World world) {
        this.world = world;
    }

    void start() {
        Dice dice = world.dice();
        int most = dice.oneIn(4) ? 20 : 400;
        world.schedule().afterMillis(dice.between(1, most), this::act);
    }

    private void act() {
        if (isOver) {
            return;
        }
        Dice dice = world.dice();
        if (world.rules().operator() && dice.nextBoolean()) {
            command();
        } else if (world.faults() && dice.nextBoolean()) {
            fault();
        }
        world.cancelSomebody();
        start();
    }

    private void command() {
        Dice dice = world.dice();
        switch (dice.below(7)) {
            case 0 -> world.reload();
            case 1 -> {
                String database = dice.nextBoolean() ? "app" : null;
                pause(database, true);
                world.schedule().afterMillis(dice.between(1, 900), () -> pause(database, false));
            }
            case 2 -> world.pools().reconnect(dice.nextBoolean() ? "app" : null);
            case 3, 4 -> world.cluster().turnOver();
            default -> {
                if (dice.oneIn(4)) {
                    world.cluster().moves();
                }
            }
        }
    }

    private void pause(@Nullable String database, boolean on) {
        if (on) {
            world.pools().gates().close(database, Gate.Cause.PAUSE);
        } else {
            world.pools().gates().open(database, Gate.Cause.PAUSE);
        }
        world.gateMoves();
    }

    private void fault() {
        Dice dice = world.dice();
        List<SimServer> servers = world.cluster().servers();
        SimServer server = servers.get(dice.below(servers.size()));
        SimServer.Mode[] modes = SimServer.Mode.values();
        switch (dice.below(4)) {
            case 0 -> server.crash(dice.nextBoolean());
            case 1 -> {
                if (!server.backends.isEmpty()) {
                    Backend one = server.backends.get(dice.below(server.backends.size()));
                    if (dice.nextBoolean()) {
                        one.vanish();
                    } else {
                        one.shutDown();
                    }
                }
            }
            default -> {
                server.mode(modes[dice.below(modes.length)]);
                world.schedule()
                        .afterMillis(dice.between(1, 1_500), () -> server.mode(SimServer.Mode.UP));
            }
        }
    }

    /** Everything is as it should be from now on. */
    void end() {
        isOver = true;
        pause(null, false);
        pause("app", false);
        world.cluster().servers().forEach(server -> server.mode(SimServer.Mode.UP));
        world.cluster().allIn();
    }
}
