package dev.weir.config;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A section of the file, and the keys that its lines or entries may have. */
enum Section {
    GLOBAL("pgbouncer", ""),
    DATABASES("databases", "database"),
    USERS("users", "user"),
    PEERS("peers", "peer");

    /** Weir's own name for the global section; without the other one, defaults are Weir's. */
    static final String OWN_TITLE = "weir";

    private static final String ALIAS_OF_RESERVE = "reserve_pool";

    private final String title;
    private final String entry;

    Section(String title, String entry) {
        this.title = title;
        this.entry = entry;
    }

    /** Returns the settings that the lines or entries of the section may have. */
    List<Setting<?>> settings() {
        return switch (this) {
            case GLOBAL -> Settings.ALL;
            case DATABASES -> EntrySettings.DATABASES;
            case USERS -> EntrySettings.USERS;
            case PEERS -> EntrySettings.PEERS;
        };
    }

    /** Returns the section with this title, or null. */
    static @Nullable Section titled(String title) {
        for (Section section : values()) {
            if (section.title.equals(title)) {
                return section;
            }
        }
        return title.equals(OWN_TITLE) ? GLOBAL : null;
    }

    /**
     * Returns the error text for the unknown section {@code title}; suggests the section that may
     * have been meant.
     */
    static String unknown(String title) {
        List<String> titles = Arrays.stream(values()).map(section -> section.title).toList();
        String nearest = Names.nearest(title, titles);
        return "unknown section ["
                + title
                + "] "
                + (nearest == null ? expected() : "(did you mean [" + nearest + "]?)");
    }

    static String expected() {
        return Arrays.stream(values())
                .map(Section::toString)
                .collect(Collectors.joining(", ", "(expected: ", ")"));
    }

    String title() {
        return title;
    }

    /** Returns the word for one entry of the section. */
    String entry() {
        return entry;
    }

    /** Returns what is wrong with the name of an entry, or null if it is valid. */
    @Nullable String wrongName(String name) {
        return switch (this) {
            case GLOBAL -> null;
            case DATABASES ->
                    Names.isReservedDatabase(name)
                            ? "the name is reserved for the console"
                            : Names.isDatabase(name)
                                    ? null
                                    : "the name is empty or too long (expected: 1..63 bytes)";
            case USERS ->
                    Names.isUser(name)
                            ? null
                            : "the name is empty or too long (expected: 1..127 bytes)";
            case PEERS ->
                    Names.isPeer(name) ? null : "not the number of a peer (expected: 1..16383)";
        };
    }

    /** Returns the setting with this key, or null. */
    @Nullable Setting<?> setting(String key) {
        for (Setting<?> setting : settings()) {
            if (setting.name().equals(key)) {
                return setting;
            }
        }
        return this == DATABASES && key.equals(ALIAS_OF_RESERVE)
                ? Settings.RESERVE_POOL_SIZE
                : null;
    }

    /**
     * Returns the error text for a key that this section does not have; suggests the key that may
     * have been meant.
     */
    String unknownKey(String key) {
        String nearest = Names.nearest(key, settings().stream().map(Setting::name).toList());
        if (nearest != null && nearest.equalsIgnoreCase(key)) {
            return unknownKey(key, nearest);
        }
        for (Section section : values()) {
            if (section.setting(key) != null) {
                return "unknown key \"" + key + "\" (it belongs into " + section + ")";
            }
        }
        return unknownKey(key, nearest);
    }

    private String unknownKey(String key, @Nullable String nearest) {
        return "unknown key \""
                + key
                + '"'
                + (nearest == null ? " in " + this : " (did you mean \"" + nearest + "\"?)");
    }

    @Override
    public String toString() {
        return '[' + title + ']';
    }
}
