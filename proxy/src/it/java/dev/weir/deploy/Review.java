package dev.weir.deploy;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Settings;
import dev.weir.metrics.Metric;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks for what is wrong in manifests though their types allow it. */
final class Review {
    /** Kubernetes' own, if a pod says nothing. */
    private static final long GRACE_SECONDS = 30;

    private final Manifests manifests;
    private final Mounted mounted;
    private final List<String> findings = new ArrayList<>();

    private Review(Manifests manifests, Path directory) {
        this.manifests = manifests;
        this.mounted = new Mounted(manifests, directory);
        this.findings.addAll(manifests.problems());
    }

    /**
     * Returns what is wrong; empty if nothing is.
     *
     * @param directory for the files that are mounted
     */
    static List<String> of(Manifests manifests, Path directory) throws IOException {
        var review = new Review(manifests, directory);
        for (Deployment deployment : manifests.all(Deployment.class)) {
            review.deployment(deployment);
        }
        review.others();
        return review.findings;
    }

    private void expect(boolean isTrue, String finding) {
        if (!isTrue) {
            findings.add(finding);
        }
    }

    // --- the pod ------------------------------------------------------------------------------

    private void deployment(Deployment deployment) throws IOException {
        var template = deployment.getSpec().getTemplate();
        PodSpec pod = template.getSpec();
        Map<String, String> labels = template.getMetadata().getLabels();
        selects("Deployment", deployment.getSpec().getSelector(), labels);
        pod.getTopologySpreadConstraints()
                .forEach(one -> selects("topologySpread", one.getLabelSelector(), labels));
        restricted(pod);
        mounts(pod);
        Container weir =
                containers(pod)
                        .filter(one -> one.getName().equals("weir"))
                        .findFirst()
                        .orElse(null);
        if (weir == null) {
            findings.add("no container is named weir");
            return;
        }
        expect(weir.getResources().getLimits().containsKey("memory"), "weir has no memory limit");
        probes(weir);
        try {
            configured(pod, weir, mounted.config(pod, weir));
        } catch (ConfigException e) {
            e.problems().forEach(problem -> findings.add(problem.toString()));
        }
    }

    private static Stream<Container> containers(PodSpec pod) {
        return Stream.concat(pod.getInitContainers().stream(), pod.getContainers().stream());
    }

    /** The restricted profile of the Pod Security Standards, and a root file system to read. */
    private void restricted(PodSpec pod) {
        var of = pod.getSecurityContext();
        expect(Boolean.TRUE.equals(of.getRunAsNonRoot()), "runAsNonRoot is not true");
        expect(!Objects.equals(of.getRunAsUser(), 0L), "runAsUser is 0");
        expect(
                of.getSeccompProfile() != null
                        && "RuntimeDefault".equals(of.getSeccompProfile().getType()),
                "seccompProfile is not RuntimeDefault");
        expect(
                Stream.of(pod.getHostNetwork(), pod.getHostPID(), pod.getHostIPC())
                        .noneMatch(Boolean.TRUE::equals),
                "shares a namespace of the host");
        expect(
                pod.getVolumes().stream()
                        .allMatch(one -> one.getConfigMap() != null || one.getSecret() != null),
                "has a volume that is neither ConfigMap nor Secret");
        containers(pod)
                .forEach(container -> {
                    var context = container.getSecurityContext();
                    String name = container.getName();
                    expect(
                            Boolean.FALSE.equals(context.getAllowPrivilegeEscalation()),
                            name + " may escalate privileges");
                    expect(
                            context.getCapabilities() != null
                                    && context.getCapabilities().getDrop().contains("ALL")
                                    && context.getCapabilities().getAdd().isEmpty(),
                            name + " keeps capabilities");
                    expect(
                            !name.equals("weir")
                                    || Boolean.TRUE.equals(context.getReadOnlyRootFilesystem()),
                            "weir may write its root file system");
                    expect(
                            container.getPorts().stream()
                                    .allMatch(port -> port.getHostPort() == null),
                            name + " has a port of the host");
                });
    }

    private void mounts(PodSpec pod) {
        Set<String> volumes = new HashSet<>();
        for (Volume volume : pod.getVolumes()) {
            volumes.add(volume.getName());
            if (volume.getConfigMap() != null) {
                String name = volume.getConfigMap().getName();
                expect(
                        manifests.named(ConfigMap.class, name) != null,
                        "there is no ConfigMap " + name);
            }
        }
        containers(pod)
                .flatMap(one -> one.getVolumeMounts().stream())
                .forEach(mount ->
                        expect(
                                volumes.remove(mount.getName()),
                                "mounts " + mount.getName() + ", which is no volume of its own"));
        expect(volumes.isEmpty(), "mounted nowhere: " + volumes);
    }

    private void probes(Container weir) {
        Stream.of(weir.getStartupProbe(), weir.getReadinessProbe(), weir.getLivenessProbe())
                .filter(Objects::nonNull)
                .forEach(probe -> {
                    IntOrString port = port(probe);
                    expect(
                            port == null || has(weir.getPorts(), port),
                            "a probe asks port " + text(port));
                    if (probe.getHttpGet() != null) {
                        String path = probe.getHttpGet().getPath();
                        expect(
                                List.of("/startupz", "/readyz", "/livez").contains(path),
                                "a probe asks for " + path);
                    }
                });
        expect(weir.getStartupProbe() != null, "weir has no startupProbe");
    }

    private static @Nullable IntOrString port(Probe probe) {
        if (probe.getHttpGet() != null) {
            return probe.getHttpGet().getPort();
        }
        return probe.getTcpSocket() == null ? null : probe.getTcpSocket().getPort();
    }

    /** What the configuration that it reads and its pod say of each other. */
    private void configured(PodSpec pod, Container weir, Config config) {
        config.warnings().forEach(warning -> findings.add(warning.toString()));
        String users = config.get(Settings.AUTH_FILE);
        expect(users.isEmpty() || Files.exists(Path.of(users)), "there is no users file " + users);
        int port = config.get(Settings.LISTEN_PORT);
        int ops = config.get(Settings.OPS_PORT);
        boolean isSidecar = pod.getInitContainers().contains(weir);
        if (isSidecar) {
            expect("Always".equals(weir.getRestartPolicy()), "a sidecar is not restarted");
            expect(
                    config.get(Settings.LISTEN_ADDR).equals(List.of("127.0.0.1")),
                    "a sidecar listens on " + config.get(Settings.LISTEN_ADDR));
            expect(
                    pod.getContainers().stream()
                            .flatMap(one -> one.getEnv().stream())
                            .anyMatch(one ->
                                    one.getValue() != null
                                            && one.getValue().contains("@127.0.0.1:" + port + "/")),
                    "the application does not use port " + port);
        } else {
            var expected = new HashSet<>(Map.of("postgres", port).entrySet());
            if (ops != 0) {
                expected.addAll(Map.of("ops", ops).entrySet());
            }
            var declared = new HashSet<Map.Entry<String, Integer>>();
            weir.getPorts()
                    .forEach(one -> declared.add(Map.entry(one.getName(), one.getContainerPort())));
            expect(
                    declared.equals(expected),
                    "ports are " + declared + " (expected: " + expected + ")");
            expect(
                    config.get(Settings.LISTEN_ADDR).equals(List.of("*"))
                            && (ops == 0 || config.get(Settings.OPS_ADDR).contains("*")),
                    "does not listen where the Service finds it");
        }
        var lifecycle = weir.getLifecycle();
        long before =
                lifecycle == null ? 0 : lifecycle.getPreStop().getSleep().getSeconds().longValue();
        expect(isSidecar || before > 0, "no preStop");
        long drain = config.get(Settings.SHUTDOWN_TIMEOUT).toSeconds();
        Long grace = pod.getTerminationGracePeriodSeconds();
        expect(
                drain > 0 && (grace == null ? GRACE_SECONDS : grace) > before + drain,
                "terminationGracePeriodSeconds is %s (expected: > preStop %d + shutdown_timeout %d)"
                        .formatted(grace, before, drain));
    }

    // --- what goes with it --------------------------------------------------------------------

    private void others() {
        for (Deployment deployment : manifests.all(Deployment.class)) {
            PodSpec pod = deployment.getSpec().getTemplate().getSpec();
            var labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
            List<ContainerPort> ports =
                    containers(pod).flatMap(one -> one.getPorts().stream()).toList();
            for (Service service : manifests.all(Service.class)) {
                expect(
                        labels.entrySet().containsAll(service.getSpec().getSelector().entrySet()),
                        "Service selects no pod");
                service.getSpec()
                        .getPorts()
                        .forEach(one ->
                                expect(
                                        has(ports, one.getTargetPort()),
                                        "Service goes to port " + text(one.getTargetPort())));
            }
            manifests
                    .all(PodDisruptionBudget.class)
                    .forEach(one ->
                            selects("PodDisruptionBudget", one.getSpec().getSelector(), labels));
            for (NetworkPolicy policy : manifests.all(NetworkPolicy.class)) {
                selects("NetworkPolicy", policy.getSpec().getPodSelector(), labels);
                var open = new HashSet<IntOrString>();
                policy.getSpec()
                        .getIngress()
                        .forEach(rule -> rule.getPorts().forEach(one -> open.add(one.getPort())));
                var all = new HashSet<IntOrString>();
                ports.forEach(one -> all.add(new IntOrString(one.getContainerPort())));
                expect(
                        open.equals(all),
                        "NetworkPolicy opens " + open + " (expected: " + all + ")");
            }
        }
        manifests.all(HorizontalPodAutoscaler.class).forEach(this::autoscaler);
        manifests.all(ServiceMonitor.class).forEach(this::monitor);
    }

    private void autoscaler(HorizontalPodAutoscaler one) {
        var target = one.getSpec().getScaleTargetRef();
        Deployment deployment = manifests.named(Deployment.class, target.getName());
        expect(
                deployment != null
                        && target.getKind().equals(deployment.getKind())
                        && target.getApiVersion().equals(deployment.getApiVersion()),
                "HorizontalPodAutoscaler scales nothing");
        expect(
                one.getSpec().getMinReplicas() < one.getSpec().getMaxReplicas(),
                "minReplicas is not below maxReplicas");
        one.getSpec().getMetrics().stream()
                .filter(metric -> metric.getPods() != null)
                .map(metric -> metric.getPods().getMetric().getName())
                .forEach(name ->
                        expect(
                                Stream.of(Metric.values()).anyMatch(own -> own.id().equals(name)),
                                "scales by " + name + ", which is no metric"));
    }

    private void monitor(ServiceMonitor monitor) {
        List<Service> services =
                manifests.all(Service.class).stream()
                        .filter(one ->
                                one.getMetadata()
                                        .getLabels()
                                        .entrySet()
                                        .containsAll(
                                                monitor.getSpec()
                                                        .getSelector()
                                                        .getMatchLabels()
                                                        .entrySet()))
                        .toList();
        expect(!services.isEmpty(), "ServiceMonitor selects no Service");
        for (Service service : services) {
            var job = service.getMetadata().getLabels().get(monitor.getSpec().getJobLabel());
            expect("weir".equals(job), "the job is " + job + ", which no alert asks for");
            monitor.getSpec()
                    .getEndpoints()
                    .forEach(endpoint ->
                            expect(
                                    service.getSpec().getPorts().stream()
                                            .anyMatch(one ->
                                                    one.getName().equals(endpoint.getPort())),
                                    "ServiceMonitor asks port " + endpoint.getPort()));
        }
    }

    private void selects(String who, LabelSelector selector, Map<String, String> labels) {
        expect(
                !selector.getMatchLabels().isEmpty()
                        && labels.entrySet().containsAll(selector.getMatchLabels().entrySet()),
                who + " selects " + selector.getMatchLabels() + ", and pods are " + labels);
    }

    private static boolean has(List<ContainerPort> ports, IntOrString wanted) {
        return ports.stream()
                .anyMatch(one ->
                        Objects.equals(one.getName(), wanted.getStrVal())
                                || Objects.equals(one.getContainerPort(), wanted.getIntVal()));
    }

    private static @Nullable Object text(@Nullable IntOrString port) {
        return port == null ? null : port.getValue();
    }
}
