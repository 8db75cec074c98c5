package dev.weir.check;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Everything that a check found.
 *
 * @param servers the answers of the servers; empty if they were not asked
 */
public record Result(String file, List<Finding> findings, List<Server> servers) {
    public Result {
        findings = List.copyOf(findings);
        servers = List.copyOf(servers);
    }

    /**
     * A server that was asked.
     *
     * @param address {@code host:port}
     * @param version PostgreSQL's version; empty if no login succeeded
     * @param maxConnections 0 if no login succeeded
     * @param reserved how many of these are reserved for superusers and other privileged users
     * @param worstCase the most connections that all pools together may open to it
     */
    public record Server(
            String address, String version, int maxConnections, int reserved, long worstCase) {}

    public boolean isGood() {
        return count(Finding.Level.ERROR) == 0;
    }

    private long count(Finding.Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    /** Returns the last line: the numbers of mistakes, warnings and servers asked. */
    public String summary() {
        long errors = count(Finding.Level.ERROR);
        long warnings = count(Finding.Level.WARNING);
        String found =
                (errors == 0 ? "no mistakes found" : counted(errors, "mistake"))
                        + (warnings == 0 ? "" : ", " + counted(warnings, "warning"));
        String asked = servers.isEmpty() ? "" : "; " + counted(servers.size(), "server") + " asked";
        return file + ": " + found + asked;
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    /** Returns the result for programs: one JSON object on one line. */
    public String toJson() {
        String found =
                findings.stream()
                        .map(one ->
                                "{\"level\":"
                                        + quoted(one.level().name().toLowerCase(Locale.ROOT))
                                        + ",\"text\":"
                                        + quoted(one.text())
                                        + "}")
                        .collect(Collectors.joining(",", "[", "]"));
        String asked =
                servers.stream().map(Result::json).collect(Collectors.joining(",", "[", "]"));
        return "{\"file\":"
                + quoted(file)
                + ",\"ok\":"
                + isGood()
                + ",\"findings\":"
                + found
                + ",\"servers\":"
                + asked
                + "}";
    }

    private static String json(Server server) {
        return "{\"address\":%s,\"version\":%s,\"max_connections\":%d,\"reserved\":%d,\"worst_case\":%d}"
                .formatted(
                        quoted(server.address()),
                        quoted(server.version()),
                        server.maxConnections(),
                        server.reserved(),
                        server.worstCase());
    }

    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
