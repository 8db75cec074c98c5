package dev.weir.auth;

import dev.weir.net.Origin;
import dev.weir.net.Origin.ClientCertificate;
import dev.weir.os.UserNames;

/**
 * How a client must authenticate: the method of {@code auth_type}, or of the rule that applies to
 * it, with its options. Immutable.
 */
public final class Demand {
    private final HbaMethod method;
    private final HbaOptions options;
    private final IdentMaps maps;
    private final PasswordCheck check;

    Demand(HbaMethod method, HbaOptions options, IdentMaps maps, PasswordCheck check) {
        this.method = method;
        this.options = options;
        this.maps = maps;
        this.check = check;
    }

    public HbaMethod method() {
        return method;
    }

    /** Whether nobody passes whom neither {@code auth_file} nor {@code auth_query} knows. */
    public boolean needsKnownUser() {
        return switch (method) {
            case ANY, PAM, LDAP, REJECT -> false;
            default -> true;
        };
    }

    /**
     * Whether the client's certificate satisfies the rule, whose method or options may require one.
     */
    public boolean acceptsCertificate(Origin origin, String user) {
        Origin.Encryption encryption = origin.encryption();
        ClientCertificate shown = encryption == null ? null : encryption.certificate();
        return switch (options.certificate()) {
            case NONE -> true;
            case VALID -> shown != null;
            case NAMED -> {
                String name =
                        shown == null
                                ? null
                                : options.isNamedByDn()
                                        ? shown.distinguishedName()
                                        : shown.commonName();
                yield name != null && maps.allows(options.map(), name, user);
            }
        };
    }

    /**
     * Whether the operating system's user at the other end of the Unix socket may be {@code user}.
     * May block, since a directory service may have to be asked for the name.
     */
    public boolean acceptsPeer(Origin origin, String user) {
        Origin.UnixPeer peer = origin.unixPeer();
        String name = peer == null || peer.uid() < 0 ? null : UserNames.of(peer.uid());
        return name != null && maps.allows(options.map(), name, user);
    }

    /** Whether PAM or an LDAP server accepts the user with this password. Blocks. */
    public boolean acceptsPassword(Origin origin, String user, String password) {
        // For LDAP an empty password means an anonymous bind, which succeeds.
        return !password.isEmpty() && check.accepts(user, password, origin);
    }

    @Override
    public String toString() {
        return "Demand[" + method.word() + "]";
    }
}
