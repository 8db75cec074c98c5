package dev.weir.ops;

import dev.weir.metrics.Exposition;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The metrics, as Prometheus reads them. */
final class MetricsPage {
    private final Sheets sheets;

    MetricsPage(Sheets sheets) {
        this.sheets = sheets;
    }

    CompletableFuture<Answer> answer(Asked asked) {
        return sheets.now()
                .thenApplyAsync(
                        sheet -> {
                            Exposition.Page page =
                                    sheets.exposition().page(sheet, asked.header("accept"));
                            return new Answer(
                                    HttpResponseStatus.OK, page.type(), page.body(), Map.of());
                        },
                        OpsPort.THREADS);
    }
}
