package dev.weir.environment;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A connection URI as libpq understands it (section 32.1.1.2 of the manual): {@code
 * postgres://user:password@host:port,host:port/dbname?key=value&…}. Each part may be
 * percent-encoded. Also understood are the forms that frameworks use, {@code jdbc:postgresql:} and
 * {@code postgresql+driver:}.
 *
 * @param user null if not given, like the other parts
 * @param hosts a name, an address without brackets, or the directory of a Unix socket; may be empty
 * @param parameters decoded, in their order
 */
record ServerUri(
        @Nullable String user,
        @Nullable String password,
        List<Host> hosts,
        @Nullable String dbname,
        Map<String, String> parameters) {

    /** One of the hosts. */
    record Host(String name, @Nullable String port) {}

    /** The beginning of a URI, in a text with several. */
    static final Pattern BEGIN =
            Pattern.compile("(?i:(jdbc:)?(postgres(ql)?|psql|pgsql)(\\+[a-z0-9_]+)?://)");

    /**
     * Parses a URI.
     *
     * @throws IllegalArgumentException with a message for the operator, which quotes nothing that
     *     could be a part of a password
     */
    static ServerUri parse(String text) {
        var begin = BEGIN.matcher(text);
        if (!begin.lookingAt()) {
            throw new IllegalArgumentException(
                    "not a URI (expected: postgres://user:password@host:port/dbname)");
        }
        String rest = text.substring(begin.end());
        int query = rest.indexOf('?');
        Map<String, String> parameters =
                query < 0 ? new LinkedHashMap<>() : parameters(rest.substring(query + 1));
        String before = query < 0 ? rest : rest.substring(0, query);
        int slash = before.indexOf('/');
        String authority = slash < 0 ? before : before.substring(0, slash);
        String dbname = slash < 0 ? "" : decode(before.substring(slash + 1), "the database's name");
        int at = authority.lastIndexOf('@');
        String credentials = at < 0 ? "" : authority.substring(0, at);
        int colon = credentials.indexOf(':');
        String user = colon < 0 ? credentials : credentials.substring(0, colon);
        String password = colon < 0 ? "" : credentials.substring(colon + 1);
        return new ServerUri(
                given(parameters, "user", decode(user, "the user")),
                given(parameters, "password", decode(password, "the password")),
                hosts(parameters, authority.substring(at + 1)),
                given(parameters, "dbname", dbname),
                parameters);
    }

    /** A parameter overrides the part of the same name, as in libpq. */
    private static @Nullable String given(
            Map<String, String> parameters, String name, String part) {
        String value = parameters.remove(name);
        String given = value == null ? part : value;
        return given.isEmpty() ? null : given;
    }

    private static List<Host> hosts(Map<String, String> parameters, String authority) {
        String names = parameters.remove("host");
        String ports = parameters.remove("port");
        List<Host> hosts = new ArrayList<>();
        if (names != null) {
            for (String name : names.split(",", -1)) {
                hosts.add(new Host(name, null));
            }
        } else if (!authority.isEmpty()) {
            for (String one : authority.split(",", -1)) {
                hosts.add(host(one));
            }
        }
        return ports == null ? List.copyOf(hosts) : withPorts(hosts, ports);
    }

    /** Adds ports to the hosts: one for all, or one for each. */
    static List<Host> withPorts(List<Host> hosts, String ports) {
        String[] all = ports.split(",", -1);
        if (all.length != 1 && all.length != hosts.size()) {
            throw new IllegalArgumentException(
                    all.length
                            + " ports (expected: 1, or "
                            + hosts.size()
                            + ", one for each host)");
        }
        List<Host> result = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            String port = all.length == 1 ? all[0] : all[i];
            result.add(new Host(hosts.get(i).name(), port.isEmpty() ? null : port));
        }
        return List.copyOf(result);
    }

    private static Host host(String text) {
        int end = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        if (text.startsWith("[") && end == 0) {
            throw new IllegalArgumentException(
                    "host: the bracket is not closed (expected: [IPv6])");
        }
        String name = end < 0 ? text : text.substring(0, end);
        String port = end < 0 || end == text.length() ? "" : text.substring(end);
        if (!port.isEmpty() && !port.matches(":[0-9]{0,5}")) {
            throw new IllegalArgumentException(
                    "the port is no number (expected: host:port; in a password, : / ? # @ and % are"
                            + " written %3A %2F %3F %23 %40 %25)");
        }
        String bare = text.startsWith("[") ? name.substring(1, name.length() - 1) : name;
        return new Host(decode(bare, "host"), port.length() < 2 ? null : port.substring(1));
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException(
                            "a parameter without a value (expected: ?key=value&key=value)");
                }
                String key = decode(pair.substring(0, equals), "a parameter");
                parameters.put(key, decode(pair.substring(equals + 1), key));
            }
        }
        return parameters;
    }

    private static String decode(String text, String part) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream();
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                bytes.write(source[i]);
                continue;
            }
            int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
            int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                throw new IllegalArgumentException(
                        part
                                + ": a % that encodes no character (expected: %25 for the character"
                                + " %)");
            }
            bytes.write(high << 4 | low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException _) {
            throw new IllegalArgumentException(
                    part + ": not UTF-8 once it is decoded (expected: UTF-8)");
        }
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "ServerUri[" + user + "@" + hosts + "/" + dbname + "]";
    }
}
