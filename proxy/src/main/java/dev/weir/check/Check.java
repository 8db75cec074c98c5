package dev.weir.check;

import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.SecretsCheck;
import dev.weir.auth.Tokens;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.ConfigSource;
import dev.weir.config.Overlay;
import dev.weir.config.Problem;
import dev.weir.tls.Tls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a configuration: its files, its risks, its servers. Used once. */
public final class Check {
    private final ConfigSource from;
    private final List<Finding> findings = new ArrayList<>();

    private Check(ConfigSource from) {
        this.from = from;
    }

    /**
     * Checks a file and everything that it refers to.
     *
     * @param asksServers whether to connect to the servers, which takes as long as they need to
     *     answer
     */
    public static Result run(Path file, boolean asksServers) throws InterruptedException {
        return run(new ConfigSource(file, Overlay.NONE), asksServers);
    }

    /** Checks a configuration as {@link #run(Path, boolean)} does. */
    public static Result run(ConfigSource from, boolean asksServers) throws InterruptedException {
        return new Check(from).result(asksServers);
    }

    /** Returns the warnings for a start with {@code config}, without opening any connection. */
    public static List<Finding> warnings(Config config, Users users) {
        List<Finding> found = new ArrayList<>();
        config.warnings().forEach(one -> found.add(Finding.warning(one.toString())));
        SecretsCheck.warnings(config, users).forEach(one -> found.add(Finding.warning(one)));
        return found;
    }

    private interface Part<T> {
        T load() throws ConfigException;
    }

    private Result result(boolean asksServers) throws InterruptedException {
        Config config = load(() -> Config.load(from));
        if (config == null) {
            return new Result(from.name().toString(), findings, List.of());
        }
        Users users = load(() -> Users.load(config));
        load(() -> HostBasedAccess.load(config));
        load(() -> Tokens.load(config));
        try (Tls tls = load(() -> Tls.load(config))) {
            if (users == null) {
                config.warnings().forEach(one -> findings.add(Finding.warning(one.toString())));
                return new Result(from.name().toString(), findings, List.of());
            }
            findings.addAll(warnings(config, users));
            findings.addAll(new Risks(config, users).findings());
            findings.addAll(new Advice(config).findings());
            if (asksServers) {
                findings.addAll(Advice.taken(config));
            }
            SecretsCheck.notes(users).forEach(one -> findings.add(Finding.note(one)));
            if (tls == null) {
                return new Result(from.name().toString(), findings, List.of());
            }
            tls.warnings().forEach(one -> findings.add(Finding.warning(one)));
            var servers = new ServersCheck(config, users, tls, findings);
            return new Result(
                    from.name().toString(), findings, asksServers ? servers.run() : List.of());
        }
    }

    /** Loads a part; returns null if it has errors, which are recorded. */
    private <T> @Nullable T load(Part<T> part) {
        try {
            return part.load();
        } catch (ConfigException e) {
            for (Problem problem : e.problems()) {
                findings.add(Finding.error(problem));
            }
            return null;
        }
    }
}
