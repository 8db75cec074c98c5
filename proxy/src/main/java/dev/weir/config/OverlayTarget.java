package dev.weir.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** Puts the values of an {@link Overlay} into what a {@link ConfigReader} has read. Used once. */
final class OverlayTarget implements Overlay.Target {
    private final ConfigReader reader;
    private final Findings findings;
    private final boolean hasFile;
    private final Map<String, String> users = new LinkedHashMap<>();

    OverlayTarget(ConfigReader reader, Findings findings, boolean hasFile) {
        this.reader = reader;
        this.findings = findings;
        this.hasFile = hasFile;
    }

    /** The users that the overlay added. */
    UserList userList() {
        return UserList.of(users);
    }

    @Override
    public boolean hasFile() {
        return hasFile;
    }

    @Override
    public void haveOwnDefaults() {
        reader.globals().haveOwnDefaults();
    }

    @Override
    public boolean isKeyOfDatabase(String key) {
        return Section.DATABASES.setting(key) != null;
    }

    @Override
    public void set(Setting<?> setting, String value, String origin) {
        reader.put(setting, value, at(origin));
    }

    @Override
    public void database(String name, Map<String, String> keys, String origin) {
        ConfigReader.Entry entry = reader.begin(Section.DATABASES, name, at(origin));
        keys.forEach((key, value) -> reader.put(Section.DATABASES, key, value, entry));
    }

    @Override
    public void lines(Overlay.Part part, String lines, String origin) {
        Section section =
                switch (part) {
                    case DATABASES -> Section.DATABASES;
                    case USERS -> Section.USERS;
                };
        reader.lines(section, origin, lines);
    }

    @Override
    public void user(String name, String secret, String origin) {
        try {
            UserList.check(name, secret);
        } catch (IllegalArgumentException e) {
            problem(origin, String.valueOf(e.getMessage()));
            return;
        }
        String before = users.put(name, secret);
        if (before != null && !before.equals(secret)) {
            problem(
                    origin,
                    "user \""
                            + name
                            + "\" has two passwords (expected: one, with which clients log in)");
        }
    }

    @Override
    public void users(String lines, String origin) {
        try {
            UserList list = UserList.parse(origin, lines);
            for (String user : list.users()) {
                users.put(user, String.valueOf(list.secret(user)));
            }
        } catch (ConfigException e) {
            e.problems()
                    .forEach(
                            one -> findings.problem(new Place(one.file(), one.line()), one.text()));
        }
    }

    @Override
    public void problem(String origin, String text) {
        findings.problem(at(origin), text);
    }

    @Override
    public void warning(String subject, String origin, String text) {
        findings.warning(subject, at(origin), text);
    }

    private static Place at(String origin) {
        return new Place(origin, 0);
    }
}
