package dev.weir.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests and the chart of docker/. */
@NullMarked
final class ManifestsIT {
    private static final Path DOCKER = Path.of("..", "docker");
    private static final Path CHART = DOCKER.resolve("helm/weir");

    @TempDir private Path directory;

    private static String text(String name) {
        try {
            return Files.readString(DOCKER.resolve("kubernetes/" + name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> review(String yaml) throws IOException {
        return Review.of(Manifests.read(yaml), directory);
    }

    // --- manifests ----------------------------------------------------------------------------

    @Test
    void theManifestsAreRight() throws IOException {
        assertThat(review(text("weir.yaml") + "---\n" + text("monitoring.yaml"))).isEmpty();
        assertThat(review(text("sidecar.yaml"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    matchLabels: { app.k | matchLabel: { app.k | Unrecognized field "matchLabel"
                    kind: Service        | kind: Srevice       | v1 Srevice (expected: one of
                    replicas: 2          | replicas: two       | Cannot deserialize value of type
                    name: ops, port      | name: ops, name: op, port | Duplicate
                    listen_addr = *      | listen_adr = *      | did you mean "listen_addr"?
                    listen_addr = *      | listen_addr = ::1   | does not listen where
                    ops_port = 6433      | ops_port = 6434     | ports are
                    auth_file = /etc/weir-users/ | auth_file = /etc/users/ | no users file /etc/users/userlist.txt
                    shutdown_timeout = 45 | shutdown_timeout = 56 | terminationGracePeriodSeconds is 60
                    path: /readyz        | path: /ready        | a probe asks for /ready
                    path: /livez, port: ops | path: /livez, port: http | a probe asks port http
                    targetPort: postgres | targetPort: pg      | Service goes to port pg
                    { port: 6433 }       | { port: 6432 }      | NetworkPolicy opens
                    weir_pool_waiting_clients | weir_waiting   | which is no metric
                    scaleTargetRef: { apiVersion: apps/v1 | scaleTargetRef: { apiVersion: apps/v2 | scales nothing
                    allowPrivilegeEscalation: false | allowPrivilegeEscalation: true | may escalate
                    capabilities: { drop: [ALL] } | capabilities: { drop: [NET_RAW] } | keeps capabilities
                    readOnlyRootFilesystem: true | readOnlyRootFilesystem: false | may write
                    seccompProfile: { type: RuntimeDefault } | seccompProfile: { type: Unconfined } | seccompProfile
                    runAsNonRoot: true   | runAsNonRoot: false | runAsNonRoot
                    configMap: { name: weir } | hostPath: { path: /etc/weir } | neither ConfigMap nor Secret
                    configMap: { name: weir } | configMap: { name: we } | there is no ConfigMap we
                    - { name: users, mountPath | - { name: user, mountPath | mounts user
                    limits: { memory     | limits: { cpu       | no memory limit
                    """)
    void aMistakeIsFound(String right, String wrong, String finding) throws IOException {
        String manifests = text("weir.yaml");
        assertThat(manifests).contains(right);
        assertThat(review(manifests.replace(right, wrong)))
                .anySatisfy(one -> assertThat(one).contains(finding));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    restartPolicy: Always   | restartPolicy: Never   | Cannot deserialize, or not restarted
                    value: 127.0.0.1        | value: "*"             | a sidecar listens on [*]
                    app@127.0.0.1:6432/app  | app@127.0.0.1:5432/app | does not use port 6432
                    DATABASE_URL            | WEIR_DATABASE_URL      | WEIR_DATABASE_URL
                    """)
    void aMistakeOfASidecarIsFound(String right, String wrong, String finding) throws IOException {
        String manifests = text("sidecar.yaml");
        assertThat(manifests).contains(right);
        assertThat(review(manifests.replace(right, wrong)))
                .anySatisfy(one -> assertThat(one).containsAnyOf(finding.split(", or ", -1)));
    }

    @Test
    void aServiceMonitorAsksWhatTheAlertsExpect() throws IOException {
        String all = text("weir.yaml") + "---\n" + text("monitoring.yaml");

        assertThat(review(all.replace("  jobLabel: app.kubernetes.io/name\n", "")))
                .containsExactly("the job is null, which no alert asks for");
        assertThat(review(all.replace("port: ops, path: /metrics", "port: http, path: /metrics")))
                .containsExactly("ServiceMonitor asks port http");
    }

    // --- the chart ----------------------------------------------------------------------------

    private static TemplateCommand chart() {
        return new Helm(CHART).template().withName("pooler").withKubeVersion("1.29.0");
    }

    @Test
    void theChartHasNoWarnings() {
        var lint = new Helm(CHART).lint().strict().call();

        assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
        assertThat(lint.getMessages()).noneMatch(one -> one.startsWith("[WARNING]"));
    }

    @Test
    void theChartIsRightAsItIsAndWithEverythingOnOrOff() throws IOException {
        String database = "host=pg.databases pool_size=20";
        assertThat(review(chart().set("config.databases.app", database).call())).isEmpty();
        assertThat(
                        review(
                                chart().set("config.databases.app", database)
                                        .set("opsPort", 0)
                                        .set("podDisruptionBudget.enabled", false)
                                        .set("existingSecret", "users")
                                        .call()))
                .isEmpty();

        Path nodes =
                Files.writeString(
                        directory.resolve("values.yaml"),
                        "config: {databases: {app: \"nodes=pg-0:5432,pg-1:5432 route=auto\"}}");
        String all =
                chart().withValuesFile(nodes)
                        .set("config.weir.monitor_user", "app")
                        .set("config.users.app", "pool_mode=session")
                        .set("userlist.app", "sec\"ret")
                        .set("service.port", 5432)
                        .set("opsPort", 9127)
                        .set("shutdownSeconds", 100)
                        .set("autoscaling.enabled", true)
                        .set("autoscaling.waitingClients", 5)
                        .set("networkPolicy.enabled", true)
                        .set("serviceMonitor.enabled", true)
                        .set("prometheusRule.enabled", true)
                        .call();
        assertThat(review(all)).isEmpty();
        assertThat(Manifests.read(all).resources()).hasSize(9);
        Manifests manifests = Manifests.read(all);
        assertThat(manifests.all(Secret.class).getFirst().getStringData())
                .containsEntry("userlist.txt", "\"app\" \"sec\"\"ret\"\n");
        assertThat(manifests.all(PrometheusRule.class).getFirst().getSpec().getGroups())
                .singleElement()
                .satisfies(group -> assertThat(group.getRules()).hasSizeGreaterThan(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "replicas",
                "config.weir.listen_port",
                "config.weir.shutdown_timeout",
                "service.ports",
                "autoscaling.maxReplica"
            })
    void theChartRefusesValuesThatItDoesNotHave(String value) {
        assertThatThrownBy(() -> chart().set(value, 3).call())
                .hasMessageContaining("values don't meet the specifications of the schema");
    }
}
