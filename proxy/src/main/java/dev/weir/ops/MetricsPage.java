package dev.weir.ops;

import dev.weir.admin.ConsoleService;
import dev.weir.config.MetricsCompat;
import dev.weir.config.Settings;
import dev.weir.metrics.Exposition;
import dev.weir.metrics.Sheet;
import dev.weir.observe.Control;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The metrics, as Prometheus reads them. Requests that come during a scrape share its result. */
final class MetricsPage implements AutoCloseable {
    private final Scrape scrape;
    private final ConsoleService console;
    private final Control control;
    private final AtomicReference<@Nullable CompletableFuture<Sheet>> running =
            new AtomicReference<>();

    /** Created on the first request: loading its libraries takes longer than starting Weir. */
    private @Nullable Exposition exposition;

    MetricsPage(Scrape scrape, ConsoleService console, Control control) {
        this.scrape = scrape;
        this.console = console;
        this.control = control;
    }

    CompletableFuture<Answer> answer(Asked asked) {
        return sheet().thenApplyAsync(
                        sheet -> {
                            Exposition.Page page = exposition().page(sheet, asked.header("accept"));
                            return new Answer(
                                    HttpResponseStatus.OK, page.type(), page.body(), Map.of());
                        },
                        OpsPort.THREADS);
    }

    private synchronized Exposition exposition() {
        Exposition made = exposition;
        if (made == null) {
            exposition = made = new Exposition();
        }
        return made;
    }

    @Override
    public synchronized void close() {
        Exposition made = exposition;
        if (made != null) {
            made.close();
        }
    }

    /** The current scrape, or a new one. */
    private CompletableFuture<Sheet> sheet() {
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
}
