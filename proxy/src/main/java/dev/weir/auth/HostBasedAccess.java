package dev.weir.auth;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * How clients must authenticate: by {@code auth_type}, or by the first rule of {@code
 * auth_hba_file} that applies. Read as a whole, with the files that it needs, at startup and on
 * RELOAD. Thread-safe.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auth-pg-hba-conf.html">The pg_hba.conf File</a>
 */
public final class HostBasedAccess implements Reloadable {
    private volatile State state;

    /** One reading. */
    private record State(Asking asking, Networks balancers) {}

    /** The rules, or one demand for all. */
    private sealed interface Asking {
        record Everybody(Demand demand) implements Asking {}

        record ByRule(HbaRules rules) implements Asking {}
    }

    /** What is decided about a client. */
    public sealed interface Decision {
        /** It must prove who it is. */
        record Prove(Demand demand) implements Decision {}

        /** A rule rejects it. */
        record Rejected() implements Decision {}

        /** No rule applies to it. */
        record NoRule() implements Decision {}
    }

    private HostBasedAccess(State state) {
        this.state = state;
    }

    /**
     * Reads what {@code auth_type} needs: {@code auth_hba_file}, {@code auth_ident_file}, the
     * options of LDAP.
     *
     * @throws ConfigException with everything that is wrong in them
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
        var reading = new AccessReading(config);
        Networks balancers = reading.balancers();
        Asking asking =
                config.get(Settings.AUTH_TYPE) == AuthType.HBA
                        ? new Asking.ByRule(reading.rules())
                        : new Asking.Everybody(reading.demand());
        return new State(asking, balancers);
    }

    /** Decides how {@code client} must authenticate. */
    public Decision of(HbaClient client) {
        return switch (state.asking) {
            case Asking.Everybody(Demand demand) -> new Decision.Prove(demand);
            case Asking.ByRule(HbaRules rules) -> decision(rules.of(client));
        };
    }

    /**
     * Whether this is the address of a load balancer, whose connections begin with a header of the
     * PROXY protocol that contains the client's address.
     */
    public boolean isBalancer(InetAddress address) {
        return state.balancers.has(address);
    }

    private static Decision decision(@Nullable HbaRule rule) {
        if (rule == null) {
            return new Decision.NoRule();
        }
        return rule.method() == HbaMethod.REJECT
                ? new Decision.Rejected()
                : new Decision.Prove(rule.demand());
    }
}
