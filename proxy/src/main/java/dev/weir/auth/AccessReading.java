package dev.weir.auth;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Findings;
import dev.weir.config.Place;
import dev.weir.config.Settings;
import dev.weir.config.SslMode;
import dev.weir.tls.Authorities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the access files that a configuration names, all or none of them. Used once. */
final class AccessReading {
    private static final Logger log = LoggerFactory.getLogger(AccessReading.class);

    private final Config config;
    private final Findings findings = new Findings();
    private @Nullable SSLContext ldapTls;

    AccessReading(Config config) {
        this.config = config;
    }

    /**
     * The rules of {@code auth_hba_file}.
     *
     * @throws ConfigException with everything that is wrong
     */
    HbaRules rules() throws ConfigException {
        String file = config.get(Settings.AUTH_HBA_FILE);
        if (file.isEmpty()) {
            here().accept("auth_type is hba, but auth_hba_file is not set");
        }
        findings.check(config.file().toString());
        IdentMaps maps = maps();
        List<HbaRule> rules = new ArrayList<>();
        for (HbaRule rule : load(file).all()) {
            rules.add(rule.asking(demandOf(rule.method(), rule.options(), maps, at(rule.place()))));
            if (!rule.canPass()) {
                log.warn(
                        "config_warning {}: nobody to whom this line applies can pass (expected:"
                                + " local for peer, hostssl for cert)",
                        rule.place());
            }
        }
        findings.check(file);
        return new HbaRules(rules);
    }

    /**
     * The demand of {@code auth_type}, which applies to all clients.
     *
     * @throws ConfigException with everything that is wrong
     */
    Demand demand() throws ConfigException {
        HbaMethod method = HbaMethod.of(config.get(Settings.AUTH_TYPE));
        LdapOptions ldap = method == HbaMethod.LDAP ? ldapOptions() : null;
        Demand demand = demandOf(method, HbaOptions.ofType(method, ldap), IdentMaps.EMPTY, here());
        findings.check(config.file().toString());
        return demand;
    }

    /**
     * The {@code trusted_networks} of the PROXY protocol; none without {@code proxy_protocol}.
     *
     * @throws ConfigException if they are wrong, or missing
     */
    Networks balancers() throws ConfigException {
        Networks networks = Networks.NONE;
        boolean isOn = config.get(Settings.PROXY_PROTOCOL);
        try {
            networks = Networks.of(config.get(Settings.TRUSTED_NETWORKS));
        } catch (IllegalArgumentException e) {
            here().accept("trusted_networks: " + e.getMessage());
        }
        if (isOn && networks.isEmpty()) {
            here().accept(
                            "trusted_networks: empty, but proxy_protocol is on (expected: where the"
                                    + " load balancers are)");
        }
        findings.check(config.file().toString());
        return isOn ? networks : Networks.NONE;
    }

    private HbaRules load(String file) throws ConfigException {
        try {
            return HbaRules.load(Path.of(file));
        } catch (ConfigException e) {
            throw config.atNameOf(Settings.AUTH_HBA_FILE, e);
        }
    }

    private IdentMaps maps() throws ConfigException {
        String file = config.get(Settings.AUTH_IDENT_FILE);
        try {
            return file.isEmpty() ? IdentMaps.EMPTY : IdentMaps.load(Path.of(file));
        } catch (ConfigException e) {
            throw config.atNameOf(Settings.AUTH_IDENT_FILE, e);
        }
    }

    private @Nullable LdapOptions ldapOptions() {
        List<HbaToken> words = new ArrayList<>();
        try {
            new HbaWords(config.get(Settings.AUTH_LDAP_OPTIONS))
                    .fields(_ -> List.of())
                    .forEach(words::addAll);
        } catch (IllegalArgumentException e) {
            here().accept("auth_ldap_options: " + e.getMessage());
        }
        Consumer<String> wrong = text -> here().accept("auth_ldap_options: " + text);
        return HbaOptions.of(words, HbaMethod.LDAP, false, wrong).ldap();
    }

    private Demand demandOf(
            HbaMethod method, HbaOptions options, IdentMaps maps, Consumer<String> wrong) {
        String map = options.map();
        if (map != null && !maps.has(map)) {
            wrong.accept("map " + map + ": auth_ident_file has no line of it");
        }
        if (options.certificate() != HbaOptions.Certificate.NONE) {
            checkCertificates(method == HbaMethod.CERT ? "cert" : "clientcert", wrong);
        }
        return new Demand(method, options, maps, check(method, options, wrong));
    }

    /**
     * A rule may ask for certificates below verify-ca, too: then clients to whom another rule
     * applies need none. But somebody must vouch for those that are shown.
     */
    private void checkCertificates(String word, Consumer<String> wrong) {
        SslMode mode = config.get(Settings.CLIENT_TLS_SSLMODE);
        boolean isForAll = config.get(Settings.AUTH_TYPE) != AuthType.HBA;
        if (isForAll && mode.compareTo(SslMode.VERIFY_CA) < 0) {
            wrong.accept(
                    word
                            + ": client_tls_sslmode does not verify certificates (expected:"
                            + " verify-ca or verify-full)");
        } else if (mode == SslMode.DISABLE || config.get(Settings.CLIENT_TLS_CA_FILE).isEmpty()) {
            log.warn(
                    "config_warning {}: {}: no client can show a valid certificate, so nobody"
                            + " passes (expected: client_tls_sslmode other than disable, and"
                            + " client_tls_ca_file)",
                    config.get(Settings.AUTH_HBA_FILE),
                    word);
        }
    }

    private PasswordCheck check(HbaMethod method, HbaOptions options, Consumer<String> wrong) {
        if (method == HbaMethod.PAM) {
            if (!Pam.isAvailable()) {
                wrong.accept("pam: this machine has no libpam.so.0 (expected: Linux-PAM)");
            }
            return new PamCheck(options.pamService());
        }
        LdapOptions ldap = options.ldap();
        return ldap == null ? PasswordCheck.NONE : ldapCheck(ldap, wrong);
    }

    private PasswordCheck ldapCheck(LdapOptions ldap, Consumer<String> wrong) {
        try {
            SSLContext context = ldapTls;
            if (context == null) {
                String file = config.get(Settings.AUTH_LDAP_CA_FILE);
                context =
                        file.isEmpty()
                                ? LdapTls.ofSystem(LdapConf.read(System.getenv(), LdapConf.USUAL))
                                : Authorities.context(file);
                ldapTls = context;
            }
            return new LdapCheck(ldap, context);
        } catch (IOException e) {
            wrong.accept("auth_ldap_ca_file: " + e.getMessage());
            return PasswordCheck.NONE;
        }
    }

    private Consumer<String> here() {
        return at(new Place(config.file().toString(), 0));
    }

    private Consumer<String> at(Place place) {
        return text -> findings.problem(place, text);
    }
}
