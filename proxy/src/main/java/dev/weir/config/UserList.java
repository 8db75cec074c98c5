package dev.weir.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The users file, {@code auth_file}. A line has the form {@code "user" "secret"}, where {@code ""}
 * is a quote; the rest of the line is ignored, and {@code ;} starts a comment line. A secret is a
 * password, {@code md5…} or {@code SCRAM-SHA-256$…}. Immutable.
 */
public final class UserList {
    /** A users file without users. */
    public static final UserList EMPTY = new UserList(Map.of());

    private final Map<String, String> secrets;

    private UserList(Map<String, String> secrets) {
        this.secrets = secrets;
    }

    static UserList of(Map<String, String> secrets) {
        return new UserList(Map.copyOf(secrets));
    }

    /** Returns this list with those of {@code more}, whose secrets take precedence. */
    public UserList with(UserList more) {
        Map<String, String> all = new HashMap<>(secrets);
        all.putAll(more.secrets);
        return of(all);
    }

    /** Whether it has nobody. */
    public boolean isEmpty() {
        return secrets.isEmpty();
    }

    /** Reads {@code file}. */
    public static UserList load(Path file) throws ConfigException {
        try {
            return parse(file.toString(), TextFile.read(file));
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            throw new ConfigException(List.of(new Problem(file.toString(), 0, reason)));
        }
    }

    /** Reads {@code text} as if it were the contents of a file with that name. */
    public static UserList parse(String fileName, String text) throws ConfigException {
        Findings findings = new Findings();
        Map<String, String> secrets = new HashMap<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String stripped = line.strip();
            if (!stripped.isEmpty() && !stripped.startsWith(";")) {
                try {
                    add(stripped, secrets);
                } catch (IllegalArgumentException e) {
                    findings.problem(new Place(fileName, number), String.valueOf(e.getMessage()));
                }
            }
        }
        findings.check(fileName);
        return new UserList(Map.copyOf(secrets));
    }

    private static void add(String line, Map<String, String> secrets) {
        StringBuilder user = new StringBuilder();
        int end = quoted(line, 0, user);
        if (end < 0) {
            throw new IllegalArgumentException("no user (expected: \"user\" \"secret\")");
        }
        StringBuilder secret = new StringBuilder();
        if (quoted(line, line.indexOf('"', end), secret) < 0) {
            throw new IllegalArgumentException(
                    "no secret, or one that is not closed (expected: \"user\" \"secret\")");
        }
        check(user.toString(), secret.toString());
        secrets.put(user.toString(), secret.toString());
    }

    /**
     * Checks what a line may contain.
     *
     * @throws IllegalArgumentException with a message for the operator
     */
    static void check(String user, String secret) {
        if (!Names.isUser(user) || user.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the user's name is empty or too long (expected: 1..127 bytes)");
        }
        if (!Names.isPassword(secret) || secret.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "the secret is too long (expected: at most 65531 bytes)");
        }
    }

    /**
     * Appends the text between the quotes at {@code start} and returns the index after them, or -1.
     */
    private static int quoted(String line, int start, StringBuilder content) {
        if (start < 0 || !line.startsWith("\"", start)) {
            return -1;
        }
        for (int i = start + 1; i < line.length(); i++) {
            if (line.charAt(i) == '"') {
                if (!line.startsWith("\"\"", i)) {
                    return i + 1;
                }
                i++;
            }
            content.append(line.charAt(i));
        }
        return -1;
    }

    /**
     * Returns the secret of {@code user}, or null if the file does not list the user. Nobody can
     * log in with an empty secret.
     */
    public @Nullable String secret(String user) {
        return secrets.get(user);
    }

    /** Returns the names of all users. */
    public Set<String> users() {
        return secrets.keySet();
    }

    @Override
    public String toString() {
        return "UserList[" + secrets.size() + " users]";
    }
}
