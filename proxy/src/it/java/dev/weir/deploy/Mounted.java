package dev.weir.deploy;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigSource;
import dev.weir.environment.Environment;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Weir reads in its container: the files that are mounted, laid out below a folder, and the
 * environment. What comes from a Secret that the manifests do not have is an example.
 */
final class Mounted {
    private static final Map<String, String> EXAMPLES =
            Map.of(
                    "url", "postgres://app:secret@10.0.0.5/app",
                    "userlist.txt", "\"app\" \"secret\"\n");

    private final Manifests manifests;
    private final Path root;

    Mounted(Manifests manifests, Path root) {
        this.manifests = manifests;
        this.root = root;
    }

    /**
     * What Weir is configured to do there.
     *
     * @throws ConfigException if Weir would not start
     */
    Config config(PodSpec pod, Container weir) throws ConfigException, IOException {
        for (VolumeMount mount : weir.getVolumeMounts()) {
            Path folder = Files.createDirectories(at(mount.getMountPath()));
            for (var file : files(pod, mount.getName()).entrySet()) {
                Files.writeString(folder.resolve(file.getKey()), moved(file.getValue(), weir));
            }
        }
        var variables = new HashMap<String, String>();
        for (EnvVar variable : weir.getEnv()) {
            variables.put(variable.getName(), value(variable));
        }
        Path file = at("/etc/weir/weir.ini");
        return Config.load(
                new ConfigSource(
                        Files.exists(file) ? file : null, new Environment(variables, true)));
    }

    private Path at(String path) {
        return root.resolve(path.substring(1));
    }

    /** A text that names mounted files, with the names that they have here. */
    private String moved(String text, Container weir) {
        String moved = text;
        for (VolumeMount mount : weir.getVolumeMounts()) {
            String path = mount.getMountPath() + "/";
            moved = moved.replace(" " + path, " " + root + path);
        }
        return moved;
    }

    private Map<String, String> files(PodSpec pod, String name) {
        for (Volume volume : pod.getVolumes()) {
            if (!volume.getName().equals(name)) {
                continue;
            }
            if (volume.getConfigMap() != null) {
                ConfigMap map = manifests.named(ConfigMap.class, volume.getConfigMap().getName());
                return map == null ? Map.of() : map.getData();
            }
            if (volume.getSecret() != null) {
                return secret(volume.getSecret().getSecretName(), List.of("userlist.txt"));
            }
        }
        return Map.of();
    }

    private String value(EnvVar variable) {
        if (variable.getValueFrom() == null) {
            return variable.getValue();
        }
        var from = variable.getValueFrom().getSecretKeyRef();
        return secret(from.getName(), List.of(from.getKey())).getOrDefault(from.getKey(), "");
    }

    private Map<String, String> secret(@Nullable String name, List<String> keys) {
        Secret secret = manifests.named(Secret.class, name);
        if (secret != null) {
            return secret.getStringData();
        }
        var examples = new HashMap<String, String>();
        keys.forEach(key -> examples.put(key, EXAMPLES.getOrDefault(key, "")));
        return examples;
    }
}
