package dev.weir.tls;

import dev.weir.config.HostPattern;
import dev.weir.net.Origin;
import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a certificate was issued for a host, by libpq's rules for {@code verify-full}:
 * the subject's alternative names, with {@code *} for the first label; the common name only if
 * there is no alternative name of the host's kind.
 *
 * @see <a href="https://www.postgresql.org/docs/18/libpq-ssl.html">SSL Support</a>
 */
final class HostName {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private HostName() {}

    static boolean matches(X509Certificate certificate, String host) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        boolean ofItsKind = false;
        for (List<?> name : alternatives(certificate)) {
            int kind = (Integer) name.get(0);
            ofItsKind |= kind == (address == null ? DNS_NAME : IP_ADDRESS);
            boolean found =
                    switch (kind) {
                        case DNS_NAME -> isName((String) name.get(1), host);
                        case IP_ADDRESS ->
                                address != null && isAddress((String) name.get(1), address);
                        default -> false;
                    };
            if (found) {
                return true;
            }
        }
        String common = commonName(certificate);
        return !ofItsKind && common != null && isName(common, host);
    }

    private static Collection<List<?>> alternatives(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }

    private static boolean isAddress(String name, byte[] address) {
        return Arrays.equals(NetUtil.createByteArrayFromIpAddressString(name), address);
    }

    static boolean isName(String pattern, String host) {
        // A NUL makes it look like another name to anyone who reads C strings.
        return pattern.indexOf('\0') < 0 && HostPattern.covers(pattern, host);
    }

    /** Returns the common name of the subject; null if it has none, or several. */
    static @Nullable String commonName(X509Certificate certificate) {
        String found = null;
        try {
            for (Rdn rdn :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                Attribute attribute = rdn.toAttributes().get("CN");
                if (attribute != null) {
                    if (found != null || attribute.size() > 1) {
                        return null;
                    }
                    found = String.valueOf(attribute.get());
                }
            }
        } catch (NamingException _) {
            return null;
        }
        return found == null || found.indexOf('\0') >= 0 ? null : found;
    }

    /** Returns the subject of a verified certificate. */
    static Origin.ClientCertificate subject(X509Certificate verified) {
        return new Origin.ClientCertificate(
                commonName(verified), verified.getSubjectX500Principal().getName());
    }
}
