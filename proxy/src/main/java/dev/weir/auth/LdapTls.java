package dev.weir.auth;

import dev.weir.tls.Authorities;
import java.io.IOException;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which certificates of LDAP servers are trusted. Their names are verified in any case. */
final class LdapTls {
    private static final Logger log = LoggerFactory.getLogger(LdapTls.class);

    private LdapTls() {}

    /**
     * Trusts the authorities that the system's {@code ldap.conf} names; those that the JVM trusts
     * if it names none, or its file cannot be read.
     */
    static SSLContext ofSystem(LdapConf conf) throws IOException {
        if (!conf.verifies()) {
            log.warn(
                    "config_warning TLS_REQCERT of ldap.conf: certificates of LDAP servers are"
                            + " verified in any case (expected: demand)");
        }
        if (!conf.authorities().isEmpty()) {
            try {
                return Authorities.context(conf.authorities());
            } catch (IOException e) {
                log.warn("config_warning TLS_CACERT of ldap.conf: {}", e.getMessage());
            }
        }
        return Authorities.context("");
    }
}
