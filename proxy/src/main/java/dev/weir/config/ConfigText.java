package dev.weir.config;

import java.util.List;

/**
 * Writes a configuration as a file that means the same, with the origin of each value. Secrets are
 * masked, so it is for people to read.
 */
final class ConfigText {
    private static final String MASK = "****";

    private final StringBuilder out = new StringBuilder();
    private String origin = "";

    private ConfigText() {}

    static String of(Values globals, ConfigReader source, UserList users) {
        var text = new ConfigText();
        text.section(Section.DATABASES, source);
        text.section(Section.USERS, source);
        text.section(Section.PEERS, source);
        text.globals(globals);
        text.users(users);
        return text.out.toString();
    }

    private void section(Section section, ConfigReader source) {
        var entries = source.entries(section);
        if (entries.isEmpty()) {
            return;
        }
        title(section.toString());
        for (ConfigReader.Entry entry : entries.values()) {
            origin(entry.place());
            out.append(name(entry.name())).append(" =");
            for (Setting<?> setting : section.settings()) {
                if (entry.values().isSet(setting)) {
                    out.append(' ').append(setting.name()).append('=');
                    out.append(quoted(entry.values().text(setting)));
                }
            }
            out.append('\n');
        }
        out.append('\n');
    }

    private void globals(Values globals) {
        title(globals.hasOwnDefaults() ? '[' + Section.OWN_TITLE + ']' : Section.GLOBAL.toString());
        for (Setting<?> setting : Settings.ALL) {
            Place place = globals.place(setting);
            if (place != null) {
                origin(place);
                out.append(setting.name()).append(" = ").append(globals.text(setting)).append('\n');
            }
        }
    }

    private void users(UserList users) {
        List<String> names = users.users().stream().sorted().toList();
        if (!names.isEmpty()) {
            out.append("\n; users who may log in besides those of auth_file\n");
            for (String name : names) {
                out.append("; \"").append(name.replace("\"", "\"\"")).append("\" \"");
                out.append(MASK).append("\"\n");
            }
        }
    }

    private void title(String title) {
        out.append(title).append('\n');
        origin = "";
    }

    private void origin(Place place) {
        if (!origin.equals(place.file())) {
            origin = place.file();
            out.append("; ").append(origin).append('\n');
        }
    }

    private static String name(String name) {
        return name.matches("[A-Za-z0-9_.*-]+") ? name : "'" + name.replace("'", "''") + "'";
    }

    private static String quoted(String value) {
        return value.matches("[A-Za-z0-9_.,:/@*\\[\\]+-]+")
                ? value
                : "'" + value.replace("'", "''") + "'";
    }
}
