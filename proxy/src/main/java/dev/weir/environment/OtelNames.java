package dev.weir.environment;

import dev.weir.config.Overlay.Target;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import dev.weir.environment.Variables.Variable;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenTelemetry's variables. They may be there for another process of the same container, so
 * what Weir cannot do is no error.
 *
 * @see <a
 *     href="https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/">their
 *     specification</a>
 */
final class OtelNames {
    private static final String URL = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private static final String BASE_URL = "OTEL_EXPORTER_OTLP_ENDPOINT";
    static final List<String> URLS = List.of(URL, BASE_URL);

    static final String INTERVAL = "OTEL_METRIC_EXPORT_INTERVAL";

    /** Where metrics go below the URL that is for traces and logs as well. */
    private static final String PATH = "v1/metrics";

    /** The other settings, each with its variables in order of precedence. */
    static final Map<Setting<?>, List<String>> OTHERS =
            Map.of(
                    Settings.OTLP_HEADERS,
                    List.of("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"),
                    Settings.OTLP_CA_FILE,
                    List.of(
                            "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE",
                            "OTEL_EXPORTER_OTLP_CERTIFICATE"),
                    Settings.OTLP_SERVICE_NAME,
                    List.of("OTEL_SERVICE_NAME"),
                    Settings.OTLP_ATTRIBUTES,
                    List.of("OTEL_RESOURCE_ATTRIBUTES"));

    private final Variables from;
    private final Target target;

    OtelNames(Variables from, Target target) {
        this.from = from;
        this.target = target;
    }

    void apply() {
        Variable url = from.find(URL);
        Variable base = from.find(BASE_URL);
        if (url == null && base == null || isOff()) {
            return;
        }
        boolean isPushed =
                url != null
                        ? set(Settings.OTLP_URL, url, UnaryOperator.identity())
                        : base != null && set(Settings.OTLP_URL, base, OtelNames::withPath);
        if (!isPushed) {
            return;
        }
        Variable interval = from.find(INTERVAL);
        if (interval != null) {
            set(Settings.OTLP_INTERVAL, interval, millis -> millis + "ms");
        }
        OTHERS.forEach((setting, names) -> {
            Variable variable = from.first(names);
            if (variable != null) {
                set(setting, variable, UnaryOperator.identity());
            }
        });
    }

    /** Whether metrics are not wanted, or not by HTTP. */
    private boolean isOff() {
        Variable protocol =
                from.first(
                        List.of(
                                "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
                                "OTEL_EXPORTER_OTLP_PROTOCOL"));
        if (protocol != null && protocol.value().equals("grpc")) {
            target.warning(
                    protocol.name(),
                    protocol.origin(),
                    "grpc: the metrics are not pushed (expected: http/json or http/protobuf, whose"
                            + " receivers understand JSON)");
            return true;
        }
        return is("OTEL_METRICS_EXPORTER", "none") || is("OTEL_SDK_DISABLED", "true");
    }

    private boolean is(String name, String value) {
        Variable variable = from.find(name);
        return variable != null && variable.value().equalsIgnoreCase(value);
    }

    private static String withPath(String url) {
        return url + (url.endsWith("/") ? "" : "/") + PATH;
    }

    /** Sets a value, or warns that it cannot be used. */
    private boolean set(Setting<?> setting, Variable variable, UnaryOperator<String> reading) {
        String value = reading.apply(variable.value());
        String why = mistake(setting, value);
        if (why == null) {
            target.set(setting, value, variable.origin());
            return true;
        }
        target.warning(variable.name(), variable.origin(), "has no effect: " + why);
        return false;
    }

    private static @Nullable String mistake(Setting<?> setting, String value) {
        try {
            setting.parse(value);
            return null;
        } catch (IllegalArgumentException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
