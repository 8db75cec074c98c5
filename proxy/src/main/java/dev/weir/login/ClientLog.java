package dev.weir.login;

import dev.weir.config.Config;
import dev.weir.config.Settings;
import dev.weir.error.Refusal;
import dev.weir.net.Origin;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says about clients, in PgBouncer's words and as far as the settings {@code log_*}
 * ask for it.
 */
public final class ClientLog {
    private static final Logger log = LoggerFactory.getLogger(ClientLog.class);

    private ClientLog() {}

    static void attempt(Config config, ClientHello hello) {
        if (config.get(Settings.LOG_CONNECTIONS) && log.isInfoEnabled()) {
            Origin.Encryption encryption = hello.origin().encryption();
            log.info(
                    "{} login attempt: db={} user={} tls={} replication={}",
                    hello.logName(),
                    oneLine(hello.database()),
                    oneLine(hello.user()),
                    encryption == null ? "no" : encryption.shown(),
                    replication(hello));
        }
    }

    /** Logs what the client is not told: nobody knows its user. */
    static void unknown(ClientHello hello) {
        log.info("{} no such user: {}", hello.logName(), oneLine(hello.user()));
    }

    private static String replication(ClientHello hello) {
        if (hello.replication() == null) {
            return "no";
        }
        return hello.isPhysicalReplication() ? "physical" : "logical";
    }

    /** Logs that Weir itself refuses a client and closes its connection. */
    static void refused(Config config, String name, Refusal why, long ageNanos) {
        error(config, name, why);
        closed(config, name, why.text(), ageNanos);
    }

    /** Logs an error that Weir itself sends to a client. */
    public static void error(Config config, String name, Refusal why) {
        if (config.get(Settings.LOG_POOLER_ERRORS)) {
            log.warn("{} pooler error: {}", name, oneLine(why.text()));
        }
    }

    /**
     * Logs the end of a client's connection.
     *
     * @param ageNanos how long ago it began
     */
    public static void closed(Config config, String name, String reason, long ageNanos) {
        if (config.get(Settings.LOG_DISCONNECTIONS)) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(ageNanos);
            log.info("{} closing because: {} (age={}s)", name, oneLine(reason), seconds);
        }
    }

    /** Keeps what a peer has sent from starting a line of its own. */
    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }
}
