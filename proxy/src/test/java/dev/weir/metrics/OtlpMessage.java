package dev.weir.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.NullMarked;

/**
 * What a collector reads from a message.
 *
 * @param resource its attributes
 * @param series the values by the name and the labels that Prometheus's page gives them
 * @param metrics what stands in the message, by name
 */
@NullMarked
public record OtlpMessage(
        Map<String, String> resource, Map<String, Double> series, Map<String, JsonNode> metrics) {

    public static OtlpMessage read(byte[] compressed) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            JsonNode all = only(new ObjectMapper().readTree(in), "resourceMetrics");
            Map<String, Double> series = new TreeMap<>();
            Map<String, JsonNode> metrics = new TreeMap<>();
            for (JsonNode metric : only(all, "scopeMetrics").path("metrics")) {
                String name = metric.path("name").asText();
                if (metrics.put(name, metric) != null) {
                    throw new IllegalArgumentException(name + " is there twice");
                }
                for (String kind : List.of("sum", "gauge", "summary", "histogram")) {
                    for (JsonNode point : metric.path(kind).path("dataPoints")) {
                        add(series, name, point);
                    }
                }
            }
            return new OtlpMessage(attributes(all.path("resource")), series, metrics);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode only(JsonNode parent, String name) {
        JsonNode array = parent.path(name);
        if (array.size() != 1) {
            throw new IllegalArgumentException(name + ": " + array);
        }
        return array.path(0);
    }

    private static void add(Map<String, Double> series, String name, JsonNode point) {
        Map<String, String> labels = attributes(point);
        if (point.has("asDouble")) {
            series.put(name + shown(labels), point.path("asDouble").asDouble());
            return;
        }
        series.put(name + "_count" + shown(labels), (double) number(point.path("count")));
        series.put(name + "_sum" + shown(labels), point.path("sum").asDouble());
        long count = 0;
        List<Long> counts = new ArrayList<>();
        point.path("bucketCounts").forEach(one -> counts.add(number(one)));
        for (int i = 0; i < counts.size(); i++) {
            count += counts.get(i);
            JsonNode bound = point.path("explicitBounds").path(i);
            Map<String, String> all = new TreeMap<>(labels);
            all.put("le", bound.isMissingNode() ? "+Inf" : String.valueOf(bound.asDouble()));
            series.put(name + "_bucket" + shown(all), (double) count);
        }
    }

    /** Whole numbers of 64 bits are strings. */
    private static long number(JsonNode node) {
        if (!node.isTextual()) {
            throw new IllegalArgumentException(node + " (expected: a string)");
        }
        return Long.parseLong(node.asText());
    }

    private static Map<String, String> attributes(JsonNode parent) {
        Map<String, String> attributes = new TreeMap<>();
        for (JsonNode one : parent.path("attributes")) {
            attributes.put(
                    one.path("key").asText(), one.path("value").path("stringValue").asText());
        }
        return attributes;
    }

    private static String shown(Map<String, String> labels) {
        return labels.isEmpty()
                ? ""
                : labels.entrySet().stream()
                        .map(label -> label.getKey() + "=\"" + label.getValue() + '"')
                        .collect(Collectors.joining(",", "{", "}"));
    }
}
