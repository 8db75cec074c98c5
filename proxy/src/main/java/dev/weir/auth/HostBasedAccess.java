package dev.weir.auth;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a client must prove: {@code auth_type}, or the first rule of {@code auth_hba_file} that is
 * for it. Read at start and on RELOAD, with the files that it takes, as a whole; thread-safe.
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

    /** What a client is answered. */
    public sealed interface Decision {
        /** It must prove who it is. */
        record Prove(Demand demand) implements Decision {}

        /** A rule sends it away. */
        record Rejected() implements Decision {}

        /** No rule is for it. */
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

    /** What {@code client} must prove. */
    public Decision of(HbaClient client) {
        return switch (state.asking) {
            case Asking.Everybody(Demand demand) -> new Decision.Prove(demand);
            case Asking.ByRule(HbaRules rules) -> decision(rules.of(client));
        };
    }

    /**
     * Whether a load balancer is there, whose connections begin with a header of the PROXY protocol
     * that says where the client is.
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
