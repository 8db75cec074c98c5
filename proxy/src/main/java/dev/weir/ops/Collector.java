package dev.weir.ops;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.FileStamp;
import dev.weir.config.OtlpText;
import dev.weir.config.Problem;
import dev.weir.config.Settings;
import dev.weir.tls.Authorities;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An OpenTelemetry collector, as the settings describe it. Thread-safe. */
final class Collector implements AutoCloseable {
    /** The longest answer that is read. */
    private static final long ANSWER_BYTES_MAX = 65_536;

    private static final BodyHandler<String> TEXT =
            BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES_MAX);

    /** Stands in an answer if the collector did not take everything. */
    private static final Pattern REJECTED =
            Pattern.compile("\"rejectedDataPoints\"\\s*:\\s*\"?([1-9]\\d*)");

    private static final int OK = 200;

    private final Terms terms;

    /** Created for the first request: few processes need it, and it has a thread of its own. */
    private @Nullable HttpClient client;

    /**
     * What describes a collector.
     *
     * @param authorities the version of the file; null if there is none
     */
    private record Terms(
            URI url,
            Duration interval,
            Map<String, String> headers,
            Map<String, String> resource,
            String caFile,
            @Nullable FileStamp authorities) {

        /** Without the headers, which are secret. */
        @Override
        public String toString() {
            return url.toString();
        }
    }

    private Collector(Terms terms) {
        this.terms = terms;
    }

    /**
     * The collector that gets the metrics; null if there is none.
     *
     * @param id identifies this process among others of the same service
     * @throws ConfigException if its authorities cannot be read
     */
    static @Nullable Collector of(Config config, String id, String version) throws ConfigException {
        String url = config.get(Settings.OTLP_URL);
        if (url.isEmpty()) {
            return null;
        }
        Map<String, String> resource = new LinkedHashMap<>();
        resource.put("service.name", "weir");
        resource.put("service.instance.id", id);
        resource.put("service.version", version);
        resource.putAll(OtlpText.pairs(config.get(Settings.OTLP_ATTRIBUTES)));
        String name = config.get(Settings.OTLP_SERVICE_NAME);
        if (!name.isEmpty()) {
            resource.put("service.name", name);
        }
        String caFile = config.get(Settings.OTLP_CA_FILE);
        FileStamp authorities = null;
        try {
            if (!caFile.isEmpty()) {
                Authorities.context(caFile);
                authorities = FileStamp.of(Path.of(caFile));
            }
        } catch (IOException e) {
            var problem = new Problem(caFile, 0, String.valueOf(e.getMessage()));
            throw config.atNameOf(Settings.OTLP_CA_FILE, new ConfigException(List.of(problem)));
        }
        return new Collector(
                new Terms(
                        URI.create(url),
                        config.get(Settings.OTLP_INTERVAL),
                        OtlpText.pairs(config.get(Settings.OTLP_HEADERS)),
                        resource,
                        caFile,
                        authorities));
    }

    Duration interval() {
        return terms.interval;
    }

    /** The resource attributes of this process. */
    Map<String, String> resource() {
        return terms.resource;
    }

    /** Whether it is described alike. */
    boolean isLike(@Nullable Collector other) {
        return other != null && terms.equals(other.terms);
    }

    /**
     * Sends a message.
     *
     * @throws IOException if it did not arrive, or was not taken; says why
     */
    void send(byte[] message, Duration most) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(terms.url).timeout(most);
        terms.headers.forEach(request::header);
        request.header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(message));
        CompletableFuture<HttpResponse<String>> sent = client().sendAsync(request.build(), TEXT);
        HttpResponse<String> answer;
        try {
            answer = sent.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + most.toMillis() + " ms", e);
        } finally {
            sent.cancel(true); // has no effect on what is done
        }
        if (answer.statusCode() != OK) {
            throw new IOException("status " + answer.statusCode());
        }
        Matcher rejected = REJECTED.matcher(answer.body());
        if (rejected.find()) {
            throw new IOException("it did not take " + rejected.group(1) + " of the values");
        }
    }

    private synchronized HttpClient client() throws IOException {
        HttpClient made = client;
        if (made == null) {
            var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
            if (!terms.caFile.isEmpty()) {
                builder.sslContext(Authorities.context(terms.caFile));
            }
            client = made = builder.executor(OpsPort.THREADS).build();
        }
        return made;
    }

    /** Ends what is under way. */
    @Override
    public synchronized void close() {
        HttpClient made = client;
        if (made != null) {
            made.shutdownNow();
        }
    }

    /** Its URL. */
    @Override
    public String toString() {
        return terms.toString();
    }
}
