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

/** The metrics, as Prometheus reads them. Who asks while others are waiting gets what they get. */
final class MetricsPage implements AutoCloseable {
    private final Scrape scrape;
    private final ConsoleService console;
    private final Control control;
    private final AtomicReference<@Nullable CompletableFuture<Sheet>> running =
            new AtomicReference<>();

    /** Made when somebody asks first: to load its libraries takes longer than to start. */
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

    /** What is being read, or will be. */
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
        return mine.copy(); // who stops waiting must not stop it for others
    }

    private CompletableFuture<Sheet> read() {
        CompletableFuture<Sheet> sheet = scrape.now();
        return control.config().get(Settings.METRICS_COMPAT) == MetricsCompat.PGBOUNCER
                ? sheet.thenCompose(own -> new PgBouncerMetrics(console).addTo(own))
                : sheet;
    }
}
