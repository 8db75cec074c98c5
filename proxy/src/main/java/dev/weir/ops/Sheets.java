package dev.weir.ops;

import dev.weir.admin.ConsoleService;
import dev.weir.config.MetricsCompat;
import dev.weir.config.Settings;
import dev.weir.metrics.Exposition;
import dev.weir.metrics.Sheet;
import dev.weir.net.Clock;
import dev.weir.observe.Control;
import dev.weir.observe.Snapshots;
import dev.weir.tls.Tls;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** All metrics, when asked. Those who ask during a scrape share its result. Thread-safe. */
public final class Sheets implements AutoCloseable {
    private final Scrape scrape;
    private final ConsoleService console;
    private final Control control;
    private final PushMeters pushes = new PushMeters();
    private final AtomicReference<@Nullable CompletableFuture<Sheet>> running =
            new AtomicReference<>();

    /** Created when first needed: loading its libraries takes longer than starting Weir. */
    private @Nullable Exposition exposition;

    public Sheets(
            Control control, Snapshots snapshots, ConsoleService console, Tls tls, Clock clock) {
        this.scrape =
                new Scrape(
                        control, snapshots, console::clients, tls, clock, OpsPort.THREADS, pushes);
        this.console = console;
        this.control = control;
    }

    /** How often they were pushed; they tell that, too. */
    PushMeters pushes() {
        return pushes;
    }

    /** Writes sheets. */
    synchronized Exposition exposition() {
        Exposition made = exposition;
        if (made == null) {
            exposition = made = new Exposition();
        }
        return made;
    }

    /** The result of the current scrape, or of a new one. */
    CompletableFuture<Sheet> now() {
        var mine = new CompletableFuture<Sheet>();
        CompletableFuture<Sheet> others = running.compareAndExchange(null, mine);
        if (others != null) {
            return others.copy();
        }
        read().whenComplete((sheet, failure) -> {
            running.set(null);
            if (failure == null) {
                mine.complete(sheet);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine.copy(); // one that stops waiting must not cancel it for others
    }

    private CompletableFuture<Sheet> read() {
        CompletableFuture<Sheet> sheet = scrape.now();
        return control.config().get(Settings.METRICS_COMPAT) == MetricsCompat.PGBOUNCER
                ? sheet.thenCompose(own -> new PgBouncerMetrics(console).addTo(own))
                : sheet;
    }

    @Override
    public synchronized void close() {
        Exposition made = exposition;
        if (made != null) {
            made.close();
        }
    }
}
