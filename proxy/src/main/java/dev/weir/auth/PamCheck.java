package dev.weir.auth;

import dev.weir.net.Origin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passwords that PAM checks.
 *
 * @param service a file in /etc/pam.d; or the path of such a file elsewhere
 */
record PamCheck(String service) implements PasswordCheck {
    private static final Logger log = LoggerFactory.getLogger(PamCheck.class);

    @Override
    public boolean accepts(String user, String password, Origin origin) {
        int slash = service.lastIndexOf('/');
        String directory = slash < 0 ? null : service.substring(0, slash + 1);
        String name = service.substring(slash + 1);
        String from = origin.address() == null ? "" : origin.host();
        String failure = Pam.failure(directory, name, user, password, from);
        if (failure == null) {
            return true;
        }
        log.info("pam_refused service={} from={} reason=\"{}\"", service, origin.shown(), failure);
        return false;
    }
}
