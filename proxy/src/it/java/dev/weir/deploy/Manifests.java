package dev.weir.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Resources of Kubernetes that are applied together.
 *
 * @param problems why others could not be read
 */
record Manifests(List<HasMetadata> resources, List<String> problems) {
    private static final Map<String, Class<? extends HasMetadata>> KINDS =
            Stream.of(
                            ConfigMap.class,
                            Secret.class,
                            Service.class,
                            Deployment.class,
                            HorizontalPodAutoscaler.class,
                            NetworkPolicy.class,
                            PodDisruptionBudget.class,
                            PrometheusRule.class,
                            ServiceMonitor.class)
                    .collect(
                            Collectors.toMap(
                                    kind ->
                                            HasMetadata.getApiVersion(kind)
                                                    + " "
                                                    + HasMetadata.getKind(kind),
                                    Function.identity()));

    private static final ObjectMapper YAML =
            new ObjectMapper(
                            YAMLFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .setAnnotationIntrospector(new Strict());

    /** The types keep what they do not know, for servers newer than they are; here it is wrong. */
    private static final class Strict extends JacksonAnnotationIntrospector {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated member) {
            return false;
        }
    }

    /** Reads YAML documents, in which nothing may stand that their types do not have. */
    static Manifests read(String yaml) {
        var resources = new ArrayList<HasMetadata>();
        var problems = new ArrayList<String>();
        try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNextValue()) {
                JsonNode document = documents.nextValue();
                if (!document.isEmpty()) {
                    read(document, resources, problems);
                }
            }
        } catch (JsonProcessingException e) {
            problems.add(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return new Manifests(resources, problems);
    }

    private static void read(
            JsonNode document, List<HasMetadata> resources, List<String> problems) {
        String kind = document.path("apiVersion").asText() + " " + document.path("kind").asText();
        Class<? extends HasMetadata> type = KINDS.get(kind);
        if (type == null) {
            problems.add(kind + " (expected: one of " + KINDS.keySet() + ")");
            return;
        }
        try {
            resources.add(YAML.treeToValue(document, type));
        } catch (JsonProcessingException e) {
            problems.add(kind + ": " + e.getOriginalMessage());
        }
    }

    /** These and others. */
    Manifests and(Manifests others) {
        return new Manifests(
                Stream.concat(resources.stream(), others.resources.stream()).toList(),
                Stream.concat(problems.stream(), others.problems.stream()).toList());
    }

    /** All of a kind, in their order. */
    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return resources.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The one with this name; null if there is none. */
    <T extends HasMetadata> @Nullable T named(Class<T> kind, @Nullable String name) {
        return all(kind).stream()
                .filter(one -> one.getMetadata().getName().equals(name))
                .findFirst()
                .orElse(null);
    }
}
