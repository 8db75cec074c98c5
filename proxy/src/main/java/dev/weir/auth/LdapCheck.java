package dev.weir.auth;

import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import dev.weir.net.Origin;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passwords that an LDAP server checks, by a bind in the user's name.
 *
 * @param tls how the certificates of servers are verified
 */
record LdapCheck(LdapOptions options, SSLContext tls) implements PasswordCheck {
    private static final Logger log = LoggerFactory.getLogger(LdapCheck.class);

    private static final int CONNECT_MILLIS_MAX = 5_000;
    private static final int RESPONSE_MILLIS_MAX = 10_000;

    /** Characters with a meaning in names or filters; PostgreSQL refuses most of them as well. */
    private static final String NEVER_IN_NAMES = ",+\"\\<>;=*()/#\0";

    @Override
    public boolean accepts(String user, String password, Origin origin) {
        if (user.isBlank() || !user.equals(user.strip()) || hasAny(user, NEVER_IN_NAMES)) {
            log.info("ldap_refused from={} reason=\"not a name for LDAP\"", origin.shown());
            return false;
        }
        LDAPException last = null;
        for (LdapOptions.Server server : options.servers()) {
            try (LDAPConnection connection = connect(server)) {
                return binds(connection, user, password, origin);
            } catch (LDAPException e) {
                last = e; // the next server may answer
            }
        }
        log.warn("ldap_unavailable servers={} cause=\"{}\"", options.servers(), cause(last));
        return false;
    }

    private static boolean hasAny(String text, String letters) {
        return text.chars().anyMatch(letter -> letters.indexOf(letter) >= 0);
    }

    private static String cause(@Nullable LDAPException failure) {
        return failure == null ? "" : failure.getResultCode() + ": " + failure.getMessage();
    }

    private LDAPConnection connect(LdapOptions.Server at) throws LDAPException {
        var how = new LDAPConnectionOptions();
        how.setConnectTimeoutMillis(CONNECT_MILLIS_MAX);
        how.setResponseTimeoutMillis(RESPONSE_MILLIS_MAX);
        how.setFollowReferrals(false);
        how.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
        LDAPConnection connection =
                options.isLdaps()
                        ? new LDAPConnection(tls.getSocketFactory(), how, at.host(), at.port())
                        : new LDAPConnection(how, at.host(), at.port());
        if (options.startTls()) {
            try {
                var answer = connection.processExtendedOperation(new StartTLSExtendedRequest(tls));
                if (answer.getResultCode() != ResultCode.SUCCESS) {
                    throw new LDAPException(answer);
                }
            } catch (LDAPException e) {
                connection.close();
                throw e;
            }
        }
        return connection;
    }

    /**
     * Whether the server accepts the user with this password.
     *
     * @throws LDAPException if it cannot be asked
     */
    private boolean binds(LDAPConnection connection, String user, String password, Origin origin)
            throws LDAPException {
        String name = name(connection, user);
        if (name == null) {
            log.info("ldap_refused from={} reason=\"no entry, or several\"", origin.shown());
            return false;
        }
        try {
            BindResult bound = connection.bind(new SimpleBindRequest(name, password));
            return bound.getResultCode() == ResultCode.SUCCESS;
        } catch (LDAPException e) {
            if (e.getResultCode().isConnectionUsable()) {
                log.info("ldap_refused from={} reason=\"{}\"", origin.shown(), e.getResultCode());
                return false;
            }
            throw e;
        }
    }

    /** The name to bind with; null if the search found none, or several. */
    private @Nullable String name(LDAPConnection connection, String user) throws LDAPException {
        String base = options.baseDn();
        if (base == null) {
            return options.prefix() + user + options.suffix();
        }
        if (!options.bindDn().isEmpty()) {
            connection.bind(new SimpleBindRequest(options.bindDn(), options.bindPassword()));
        }
        String filter = options.filter().replace(LdapOptions.USER, Filter.encodeValue(user));
        var search = new SearchRequest(base, options.scope(), Filter.create(filter), "1.1");
        search.setSizeLimit(2);
        try {
            var found = connection.search(search);
            List<SearchResultEntry> entries = found.getSearchEntries();
            return entries != null && entries.size() == 1 ? entries.getFirst().getDN() : null;
        } catch (LDAPSearchException e) {
            if (e.getResultCode() == ResultCode.SIZE_LIMIT_EXCEEDED) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "LdapCheck[" + options + "]";
    }
}
