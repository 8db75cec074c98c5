package dev.weir.config;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** The values that one section or entry of the file sets, each with its place in the file. */
final class Values {
    private final IdentityHashMap<Setting<?>, Placed> placed = new IdentityHashMap<>();

    private boolean own;

    private record Placed(Object value, Place place) {}

    Values copy() {
        var copy = new Values();
        copy.placed.putAll(placed);
        copy.own = own;
        return copy;
    }

    /** From now on, the defaults are those of Weir's own configurations. */
    void haveOwnDefaults() {
        own = true;
    }

    <T> void put(Setting<T> setting, T value, Place place) {
        placed.put(setting, new Placed(value, place));
    }

    /** Returns null if the setting is not set. */
    @SuppressWarnings("unchecked") // put() pairs a setting with a value of its type
    <T> @Nullable T get(Setting<T> setting) {
        Placed found = placed.get(setting);
        return found == null ? null : (T) found.value;
    }

    <T> T orDefault(Setting<T> setting) {
        T value = get(setting);
        return value == null ? defaultOf(setting) : value;
    }

    <T> T defaultOf(Setting<T> setting) {
        return own ? setting.ownDefault() : setting.defaultValue();
    }

    boolean hasOwnDefaults() {
        return own;
    }

    /** Returns the value, or the default, in the form in which SHOW CONFIG prints it. */
    <T> String text(Setting<T> setting) {
        return setting.print(orDefault(setting));
    }

    boolean isSet(Setting<?> setting) {
        return placed.containsKey(setting);
    }

    /** Returns the last place where the setting was set, or null. */
    @Nullable Place place(Setting<?> setting) {
        Placed found = placed.get(setting);
        return found == null ? null : found.place;
    }
}
