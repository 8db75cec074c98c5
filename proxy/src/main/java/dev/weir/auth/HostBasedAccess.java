package dev.weir.auth;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client must prove: {@code auth_type}, or the first rule of {@code auth_hba_file} that is
 * for it. Read at start and on RELOAD; thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auth-pg-hba-conf.html">The pg_hba.conf File</a>
 */
public final class HostBasedAccess implements Reloadable {
    private static final String WORKING = "trust, reject, password, md5, scram-sha-256";

    private volatile State state;

    /** One reading: the rules are null where no file counts. */
    private record State(AuthType type, @Nullable HbaRules rules) {}

    /** What a client is answered. */
    public sealed interface Decision {
        /** It must prove who it is. */
        record Prove(AuthType type) implements Decision {}

        /** A rule sends it away. */
        record Rejected() implements Decision {}

        /** No rule is for it. */
        record NoRule() implements Decision {}
    }

    private HostBasedAccess(State state) {
        this.state = state;
    }

    /**
     * Reads {@code auth_hba_file} if {@code auth_type} is hba.
     *
     * @throws ConfigException with everything that is wrong in it
     */
    public static HostBasedAccess load(Config config) throws ConfigException {
        return new HostBasedAccess(read(config));
    }

    @Override
    public Runnable prepare(Config next) throws ConfigException {
        State prepared = read(next);
        return () -> state = prepared;
    }

    private static State read(Config config) throws ConfigException {
        AuthType type = config.get(Settings.AUTH_TYPE);
        if (type != AuthType.HBA) {
            return new State(type, null);
        }
        String file = config.get(Settings.AUTH_HBA_FILE);
        if (file.isEmpty()) {
            throw new ConfigException(
                    List.of(
                            new Problem(
                                    config.file().toString(),
                                    0,
                                    "auth_type is hba, but auth_hba_file is not set")));
        }
        HbaRules rules = HbaRules.load(Path.of(file));
        List<Problem> problems = new ArrayList<>();
        for (HbaRule rule : rules.all()) {
            problem(rule, problems);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new State(type, rules);
    }

    /** A rule that restricts access in a way that Weir cannot is refused, never weakened. */
    private static void problem(HbaRule rule, List<Problem> into) {
        if (rule.method() != HbaMethod.REJECT && type(rule.method()) == null) {
            into.add(
                    rule.place()
                            .problem(
                                    "method %s: not supported in this version (expected: %s)"
                                            .formatted(rule.method().word(), WORKING)));
        }
        if (rule.options().certificate() != HbaOptions.Certificate.NONE) {
            into.add(rule.place().problem("clientcert: not supported in this version"));
        }
    }

    private static @Nullable AuthType type(HbaMethod method) {
        return switch (method) {
            case TRUST -> AuthType.TRUST;
            case PASSWORD -> AuthType.PLAIN;
            case MD5 -> AuthType.MD5;
            case SCRAM_SHA_256 -> AuthType.SCRAM_SHA_256;
            case REJECT, CERT, PEER, PAM, LDAP -> null;
        };
    }

    /** What {@code client} must prove. */
    public Decision of(HbaClient client) {
        State now = state;
        HbaRules rules = now.rules;
        if (rules == null) {
            return new Decision.Prove(now.type);
        }
        HbaRule rule = rules.of(client);
        if (rule == null) {
            return new Decision.NoRule();
        }
        AuthType type = type(rule.method());
        return type == null ? new Decision.Rejected() : new Decision.Prove(type);
    }
}
