package dev.weir.config;

import dev.weir.config.KeyValues.Pair;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what the lines of a file set, and everything that is wrong with them, to make a {@link
 * Config}. Used once.
 */
final class ConfigReader implements IniReader.Handler {
    private static final String COMMENT = "a comment must have a line of its own";

    private final EnvironmentReferences environment;
    private final Findings findings;
    private final Map<Section, Map<String, Entry>> entries = new LinkedHashMap<>();
    private final Values globals = new Values();

    private final Set<String> titles = new HashSet<>();

    private @Nullable Section section;
    private boolean skipping;

    /** What one line of {@code [databases]}, {@code [users]} or {@code [peers]} sets. */
    record Entry(String name, Values values, Place place) {}

    ConfigReader(EnvironmentReferences environment, Findings findings) {
        this.environment = environment;
        this.findings = findings;
    }

    void read(String file, String text) {
        new IniReader(this, findings, environment).read(file, text);
        if (titles.contains(Section.OWN_TITLE) && !titles.contains(Section.GLOBAL.title())) {
            globals.haveOwnDefaults();
            FileNames.placeWritten(globals);
        }
    }

    /** Reads lines of one section, which have no title. */
    void lines(Section in, String origin, String text) {
        section = in;
        skipping = false;
        new IniReader(this, findings, environment).read(origin, text);
    }

    Values globals() {
        return globals;
    }

    /**
     * Returns the entries of {@code section} by name; if a name occurs several times, its last
     * entry counts.
     */
    Map<String, Entry> entries(Section section) {
        return entries.getOrDefault(section, Map.of());
    }

    @Override
    public void section(String name, Place place) {
        section = Section.titled(name);
        titles.add(name);
        skipping = section == null;
        if (skipping) {
            findings.problem(place, Section.unknown(name));
        }
    }

    @Override
    public void entry(String key, String value, Place place) {
        if (section == Section.GLOBAL) {
            pair(Section.GLOBAL, key, value, "", new Entry("", globals, place));
        } else if (section != null) {
            line(section, key, value, place);
        } else if (!skipping) {
            findings.problem(
                    place, "\"" + key + "\" stands before any section " + Section.expected());
        }
    }

    /** Begins an entry, which takes the place of one with the same name. */
    Entry begin(Section section, String name, Place place) {
        Entry entry = new Entry(name, new Values(), place);
        entries.computeIfAbsent(section, _ -> new LinkedHashMap<>()).put(name, entry);
        String wrong = section.wrongName(name);
        if (wrong != null) {
            findings.problem(place, prefix(section, name) + wrong);
        }
        return entry;
    }

    private static String prefix(Section section, String name) {
        return section.entry() + " \"" + name + "\": ";
    }

    private void line(Section section, String name, String text, Place place) {
        String prefix = prefix(section, name);
        Entry entry = begin(section, name, place);
        Pair previous = null;
        for (Pair pair : KeyValues.parse(text, wrong -> findings.problem(place, prefix + wrong))) {
            if (section.setting(pair.key()) == null && isPassword(previous)) {
                // The text after an unquoted password could be the rest of the password.
                findings.problem(
                        place,
                        prefix
                                + "unknown key after password=… (a value with blanks is"
                                + " written 'two words')");
            } else {
                pair(section, pair.key(), pair.value(), prefix, entry);
            }
            previous = pair;
        }
    }

    private static boolean isPassword(@Nullable Pair pair) {
        return pair != null && pair.key().equals(EntrySettings.PASSWORD.name());
    }

    private void pair(Section section, String key, String text, String prefix, Entry entry) {
        Setting<?> setting = section.setting(key);
        if (setting == null) {
            findings.problem(entry.place, prefix + section.unknownKey(key));
            return;
        }
        String value;
        try {
            value = environment.expand(text);
        } catch (IllegalArgumentException e) {
            findings.problem(entry.place, prefix + key + ": " + e.getMessage());
            return;
        }
        put(section, setting, value, prefix, entry);
    }

    /** Sets a value that is complete as it stands: nothing in it is expanded. */
    void put(Section section, String key, String value, Entry entry) {
        Setting<?> setting = section.setting(key);
        String prefix = prefix(section, entry.name);
        if (setting == null) {
            findings.problem(entry.place, prefix + section.unknownKey(key));
        } else {
            put(section, setting, value, prefix, entry);
        }
    }

    /** Sets a global setting to a value that is complete as it stands. */
    void put(Setting<?> setting, String value, Place place) {
        put(Section.GLOBAL, setting, value, "", new Entry("", globals, place));
    }

    private void put(
            Section section, Setting<?> setting, String value, String prefix, Entry entry) {
        String key = setting.name();
        if (section != Section.GLOBAL && isUnset(setting, value)) {
            return;
        }
        try {
            set(setting, value, entry);
        } catch (IllegalArgumentException e) {
            String hint = section == Section.GLOBAL && hasComment(value) ? "; " + COMMENT : "";
            findings.problem(entry.place, prefix + e.getMessage() + hint);
            return;
        }
        if (section == Section.GLOBAL && isOneWord(setting) && hasComment(value)) {
            findings.problem(entry.place, key + ": \"" + value + "\"; " + COMMENT);
        }
        if (setting.support() instanceof Support.Ignored<?>(String warning)) {
            findings.warning(prefix + key, entry.place, prefix + key + ": " + warning);
        }
    }

    private static boolean hasComment(String value) {
        return value.matches("(.*\\s)?[;#].*");
    }

    /** Whether a text with {@code ;} or {@code #} behind a blank means nothing to a setting. */
    private static boolean isOneWord(Setting<?> setting) {
        return setting.type().equals(Type.LIST)
                || FileNames.isOne(setting)
                || setting.type().equals(Type.STRING)
                        && !setting.name().endsWith("_query")
                        && !setting.equals(Settings.LOGIN_NOTIFY_MESSAGE);
    }

    private static <T> void set(Setting<T> setting, String text, Entry entry) {
        boolean isRead = setting.type().equals(Type.FILE);
        String value = isRead ? FileNames.found(text, entry.place) : text;
        entry.values.put(setting, setting.parse(value), entry.place);
    }

    /** A limit of -1 in an entry means that the entry does not set it. */
    private static boolean isUnset(Setting<?> setting, String value) {
        return value.equals("-1")
                && setting.defaultValue() instanceof Integer
                && !setting.equals(EntrySettings.PORT)
                && !setting.equals(Settings.MAX_PINNED);
    }
}
