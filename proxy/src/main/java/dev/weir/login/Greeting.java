package dev.weir.login;

import dev.weir.backend.ParameterSet;
import dev.weir.net.Origin;
import dev.weir.protocol.BackendMessages;
import dev.weir.protocol.StartupRequest.StartupMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads startup packets, and answers those of a newer protocol version.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/protocol-message-formats.html">StartupMessage</a>
 */
final class Greeting {
    static final int MAJOR = 3;
    static final int MINOR_NEWEST = 2;

    private static final String APPLICATION_NAME = "application_name";
    private static final int VERSION_NEWEST = MAJOR << 16 | MINOR_NEWEST;
    private static final Set<String> NOT_SETTINGS =
            Set.of("user", "database", "options", "replication");

    private Greeting() {}

    /**
     * Reads the packet.
     *
     * @param ignored the parameters that {@code ignore_startup_parameters} lists
     * @param addsHost {@code application_name_add_host}
     */
    static ClientHello read(
            long id, Origin origin, StartupMessage message, List<String> ignored, boolean addsHost)
            throws StartupOptions.InvalidOptions {
        Map<String, String> parameters = message.parameters();
        String user = parameters.getOrDefault("user", "");
        String database = parameters.getOrDefault("database", "");
        var settings = new LinkedHashMap<String, String>();
        var passedOn = new LinkedHashMap<String, String>();
        String options = parameters.get("options");
        if (options != null && !ignored.contains("options")) {
            Map<String, String> all = StartupOptions.parse(options);
            if (all.keySet().removeIf(name -> ignored.contains(name.toLowerCase(Locale.ROOT)))) {
                options = StartupOptions.of(all);
            }
            settings.putAll(all);
        }
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            String name = parameter.getKey().toLowerCase(Locale.ROOT);
            if (!NOT_SETTINGS.contains(name) && !isExtension(name) && !ignored.contains(name)) {
                settings.put(name, parameter.getValue());
                passedOn.put(parameter.getKey(), parameter.getValue());
            }
        }
        if (addsHost) {
            String name = settings.getOrDefault(APPLICATION_NAME, "app") + " - " + origin.shown();
            settings.put(APPLICATION_NAME, name);
            passedOn.put(APPLICATION_NAME, name);
        }
        String replication = replication(parameters.get("replication"));
        if (replication != null) {
            passedOn.put("replication", replication);
        }
        if (options != null) {
            passedOn.put("options", options);
        }
        return new ClientHello(
                id,
                user,
                database.isEmpty() ? user : database,
                ParameterSet.of(settings),
                Math.min(message.minor(), MINOR_NEWEST),
                replication,
                replication == null ? Map.of() : passedOn,
                origin);
    }

    /** PostgreSQL accepts {@code database} and any spelling of a boolean. */
    private static @Nullable String replication(@Nullable String value) {
        if (value == null) {
            return null;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        boolean off =
                !lower.isEmpty()
                        && ("false".startsWith(lower)
                                || "no".startsWith(lower)
                                || lower.equals("off")
                                || lower.equals("of")
                                || lower.equals("0"));
        return off ? null : value;
    }

    private static boolean isExtension(String parameter) {
        return parameter.startsWith("_pq_.");
    }

    /** Writes NegotiateProtocolVersion if the client asks for more than Weir supports. */
    static void negotiate(StartupMessage message, ByteBuf out) {
        var unknown = new ArrayList<String>();
        for (String name : message.parameters().keySet()) {
            if (isExtension(name)) {
                unknown.add(name);
            }
        }
        if (message.minor() > MINOR_NEWEST || !unknown.isEmpty()) {
            int version = Math.min(MAJOR << 16 | message.minor(), VERSION_NEWEST);
            BackendMessages.negotiateProtocolVersion(out, version, unknown);
        }
    }
}
