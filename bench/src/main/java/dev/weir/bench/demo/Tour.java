package dev.weir.bench.demo;

import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * The tour: some promises of a pooler and router, each demonstrated and measured before the
 * reader's eyes.
 */
final class Tour {
    /** The demonstration of one promise. */
    interface Step {
        void show(Stage stage, Screen screen) throws InterruptedException, ExecutionException;
    }

    private final Stage stage;
    private final Screen screen;

    Tour(Stage stage, Screen screen) {
        this.stage = stage;
        this.screen = screen;
    }

    void run() throws InterruptedException {
        for (Step step :
                List.of(
                        new ManyClients(),
                        new SharedStatements(),
                        new OwnSettings(),
                        new CancelledQuery(),
                        new VanishedClient(),
                        new RoutedReads(),
                        new StalledReplica(),
                        new MovedPrimary(),
                        new ExplainedRoutes())) {
            try {
                step.show(stage, screen);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
