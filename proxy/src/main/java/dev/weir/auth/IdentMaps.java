package dev.weir.auth;

import dev.weir.config.ConfigException;
import dev.weir.config.Findings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ident file: lines {@code map outside user} that say which name, from a certificate or from
 * the operating system, may log in as which user. Immutable.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auth-username-maps.html">User Name Maps</a>
 */
final class IdentMaps {
    static final IdentMaps EMPTY = new IdentMaps(List.of());

    private static final String FIRST_GROUP = "\\1";

    /**
     * One line.
     *
     * @param pattern null if {@code outside} is a name
     * @param userPattern null if {@code user} is a name, or {@code all}
     */
    private record Line(
            String map,
            HbaToken outside,
            @Nullable HbaPattern pattern,
            HbaToken user,
            @Nullable HbaPattern userPattern) {

        boolean allows(String name, String wanted) {
            HbaPattern from = pattern;
            if (from == null) {
                return outside.text().equals(name) && isUser(user, wanted);
            }
            String group = from.firstGroup(name);
            if (group == null) {
                return false;
            }
            int at = userPattern == null ? user.text().indexOf(FIRST_GROUP) : -1;
            if (at < 0) {
                return isUser(user, wanted);
            }
            String end = user.text().substring(at + FIRST_GROUP.length());
            // What was inserted is a name, whatever it looks like.
            return (user.text().substring(0, at) + group + end).equals(wanted);
        }

        private boolean isUser(HbaToken token, String wanted) {
            HbaPattern to = userPattern;
            if (token.isKeyword("all")) {
                return true;
            }
            return to != null ? to.isIn(wanted) : token.text().equals(wanted);
        }
    }

    private final List<Line> lines;

    private IdentMaps(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Reads {@code file}.
     *
     * @throws ConfigException with everything that is wrong in it
     */
    static IdentMaps load(Path file) throws ConfigException {
        Findings findings = new Findings();
        List<Line> lines = new ArrayList<>();
        for (HbaToken.Line line : HbaFile.read(file, findings)) {
            try {
                lines.add(line(line));
            } catch (IllegalArgumentException e) {
                findings.problem(line.place(), String.valueOf(e.getMessage()));
            }
        }
        findings.check(file.toString());
        return new IdentMaps(lines);
    }

    private static Line line(HbaToken.Line line) {
        List<List<HbaToken>> fields = line.fields();
        if (fields.size() < 3) {
            throw new IllegalArgumentException(
                    fields.size() + " fields (expected: map, name outside, user)");
        }
        for (List<HbaToken> field : fields.subList(0, 3)) {
            if (field.size() > 1) {
                throw new IllegalArgumentException(
                        field.size() + " words in a field (expected: one, without a comma)");
            }
        }
        HbaToken outside = fields.get(1).getFirst();
        HbaToken user = fields.get(2).getFirst();
        if (!user.quoted() && user.text().startsWith("+")) {
            throw new IllegalArgumentException(
                    user.text()
                            + ": not supported, as Weir does not know who is a member of which role"
                            + " (expected: a name, all or /pattern)");
        }
        HbaPattern pattern = outside.isPattern() ? HbaPattern.of(outside) : null;
        HbaPattern userPattern = user.isPattern() ? HbaPattern.of(user) : null;
        boolean wantsGroup = userPattern == null && user.text().contains(FIRST_GROUP);
        if (pattern != null && wantsGroup && pattern.groups() == 0) {
            throw new IllegalArgumentException(
                    user.shown()
                            + " takes \\1 of "
                            + outside.shown()
                            + ", which has none (expected: a part in parentheses)");
        }
        return new Line(fields.getFirst().getFirst().text(), outside, pattern, user, userPattern);
    }

    /** Whether there is a line of this map. */
    boolean has(String map) {
        return lines.stream().anyMatch(line -> line.map().equals(map));
    }

    /**
     * Whether the external user {@code name} may log in as {@code user}.
     *
     * @param map null if the names must be equal
     */
    boolean allows(@Nullable String map, String name, String user) {
        if (map == null || map.isEmpty()) {
            return name.equals(user);
        }
        for (Line line : lines) {
            if (line.map().equals(map) && line.allows(name, user)) {
                return true;
            }
        }
        return false;
    }
}
