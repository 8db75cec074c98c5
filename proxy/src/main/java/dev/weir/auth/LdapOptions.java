package dev.weir.auth;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPURL;
import com.unboundid.ldap.sdk.SearchScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How an LDAP server is asked about a password: by a bind as {@code prefix + user + suffix}, or,
 * with a base, after a search for the user's entry.
 *
 * @param servers tried in this order
 * @param isLdaps whether the connection begins with TLS
 * @param startTls whether TLS is requested on the open connection
 * @param baseDn where the search begins; null without a search
 * @param filter with {@code $username} in it
 * @see <a href="https://www.postgresql.org/docs/18/auth-ldap.html">LDAP Authentication</a>
 */
record LdapOptions(
        List<Server> servers,
        boolean isLdaps,
        boolean startTls,
        String prefix,
        String suffix,
        @Nullable String baseDn,
        String bindDn,
        String bindPassword,
        SearchScope scope,
        String filter) {

    static final String USER = "$username";

    private static final Pattern SERVER =
            Pattern.compile("(?:\\[([^]]+)]|([^:\\[\\]]+))(?::([0-9]{1,5}))?");

    /** The address of one of them. */
    record Server(String host, int port) {
        @Override
        public String toString() {
            return host + ':' + port;
        }
    }

    static final Set<String> NAMES =
            Set.of(
                    "ldapurl",
                    "ldaptls",
                    "ldapscheme",
                    "ldapserver",
                    "ldapport",
                    "ldapbinddn",
                    "ldapbindpasswd",
                    "ldapsearchattribute",
                    "ldapsearchfilter",
                    "ldapbasedn",
                    "ldapprefix",
                    "ldapsuffix");

    private static final int LDAP_PORT = 389;
    private static final int LDAPS_PORT = 636;

    /** Collects the options. */
    private static final class Draft {
        private final Consumer<String> wrong;
        private String servers = "";
        private int port;
        private String scheme = "ldap";
        private @Nullable String baseDn;
        private SearchScope scope = SearchScope.SUB;
        private @Nullable String attribute;
        private @Nullable String filter;

        Draft(Consumer<String> wrong) {
            this.wrong = wrong;
        }

        void url(String text) {
            try {
                LDAPURL url = new LDAPURL(text);
                scheme(url.getScheme());
                String host = url.getHost();
                servers = host == null ? servers : host;
                port = url.portProvided() ? url.getPort() : port;
                baseDn = url.baseDNProvided() ? url.getBaseDN().toString() : baseDn;
                attribute = url.attributesProvided() ? url.getAttributes()[0] : attribute;
                // Without a scope a URL means "base", as in PostgreSQL.
                scope = url.getScope();
                filter = url.filterProvided() ? url.getFilter().toString() : filter;
            } catch (LDAPException e) {
                wrong.accept("ldapurl: " + e.getMessage());
            }
        }

        void scheme(String text) {
            scheme = text;
            if (!text.equals("ldap") && !text.equals("ldaps")) {
                wrong.accept("ldapscheme: \"" + text + "\" (expected: ldap or ldaps)");
            }
        }

        void port(String text) {
            try {
                port = Integer.parseInt(text);
            } catch (NumberFormatException _) {
                port = -1;
            }
            if (port < 1 || port > 65_535) {
                wrong.accept("ldapport: \"" + text + "\" (expected: 1..65535)");
            }
        }
    }

    /** Reads options by name, in order; errors are passed to {@code wrong}. */
    static LdapOptions of(Map<String, String> options, Consumer<String> wrong) {
        Draft draft = new Draft(wrong);
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "ldapurl" -> draft.url(value);
                case "ldapscheme" -> draft.scheme(value);
                case "ldapserver" -> draft.servers = value;
                case "ldapport" -> draft.port(value);
                case "ldapbasedn" -> draft.baseDn = value;
                case "ldapsearchattribute" -> draft.attribute = value;
                case "ldapsearchfilter" -> draft.filter = value;
                default -> {} // taken below
            }
        }
        boolean isLdaps = draft.scheme.equals("ldaps");
        int port = draft.port > 0 ? draft.port : isLdaps ? LDAPS_PORT : LDAP_PORT;
        LdapOptions made =
                new LdapOptions(
                        servers(draft.servers, port, wrong),
                        isLdaps,
                        "1".equals(options.get("ldaptls")),
                        options.getOrDefault("ldapprefix", ""),
                        options.getOrDefault("ldapsuffix", ""),
                        draft.baseDn,
                        options.getOrDefault("ldapbinddn", ""),
                        options.getOrDefault("ldapbindpasswd", ""),
                        draft.scope,
                        filter(draft.filter, draft.attribute));
        made.check(options, draft, wrong);
        return made;
    }

    private static List<Server> servers(String text, int port, Consumer<String> wrong) {
        List<Server> servers = new ArrayList<>();
        for (String word : text.split("\\s+", 0)) {
            if (!word.isEmpty()) {
                servers.add(server(word, port, wrong));
            }
        }
        return List.copyOf(servers);
    }

    /** {@code host} or {@code host:port}; an IPv6 address stands in brackets. */
    private static Server server(String word, int port, Consumer<String> wrong) {
        Matcher parts = SERVER.matcher(word);
        if (!parts.matches()) {
            wrong.accept("ldapserver: \"" + word + "\" (expected: host or host:port)");
            return new Server(word, port);
        }
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        String own = parts.group(3);
        return new Server(host, own == null ? port : Integer.parseInt(own));
    }

    private static String filter(@Nullable String filter, @Nullable String attribute) {
        if (filter != null) {
            return filter;
        }
        return "(" + (attribute == null ? "uid" : attribute) + "=" + USER + ")";
    }

    private void check(Map<String, String> options, Draft draft, Consumer<String> wrong) {
        if (servers.isEmpty()) {
            wrong.accept("ldap: no server (expected: ldapserver or ldapurl)");
        }
        boolean isSimple = options.containsKey("ldapprefix") || options.containsKey("ldapsuffix");
        boolean isSearch =
                draft.baseDn != null
                        || draft.attribute != null
                        || draft.filter != null
                        || options.containsKey("ldapbinddn")
                        || options.containsKey("ldapbindpasswd");
        if (isSimple && isSearch) {
            wrong.accept(
                    "ldap: options of a simple bind (ldapprefix, ldapsuffix) and of a search"
                            + " (ldapbasedn, ldapbinddn, ldapbindpasswd, ldapsearchattribute,"
                            + " ldapsearchfilter) at once (expected: one kind)");
        } else if (!isSimple && draft.baseDn == null) {
            wrong.accept("ldap: one of ldapbasedn, ldapprefix and ldapsuffix is needed");
        }
        if (draft.attribute != null && draft.filter != null) {
            wrong.accept(
                    "ldap: ldapsearchattribute and ldapsearchfilter at once (expected: one of"
                            + " them)");
        }
        if (isLdaps && startTls) {
            wrong.accept("ldap: ldaptls=1 on ldaps, which is TLS already");
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "LdapOptions[servers=" + servers + ", baseDn=" + baseDn + "]";
    }
}
