package dev.weir.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What relative names of files mean in a configuration file. A file that is read stands beside the
 * file that names it; if it is not there, the one in the working directory is taken, where
 * PgBouncer looks. A file that is written comes to stand beside the file that names it in a
 * configuration of Weir's own, and in the working directory in one of PgBouncer's.
 */
final class FileNames {
    private FileNames() {}

    /** Whether the value of a setting is the name of a file. */
    static boolean isOne(Setting<?> setting) {
        return setting.type().equals(Type.FILE) || setting.type().equals(Type.WRITTEN_FILE);
    }

    /** Returns the name of the file to read that is called {@code name} at a place. */
    static String found(String name, Place by) {
        String beside = beside(name, by);
        boolean isElsewhere =
                !Files.exists(Path.of(beside))
                        && !name.isEmpty()
                        && Files.isRegularFile(Path.of(name));
        return isElsewhere ? name : beside;
    }

    /** Puts the files to write of a configuration of Weir's own beside those that name them. */
    static void placeWritten(Values values) {
        for (Setting<?> setting : Settings.ALL) {
            Place place = values.place(setting);
            if (place != null && setting.type().equals(Type.WRITTEN_FILE)) {
                place(setting, place, values);
            }
        }
    }

    private static <T> void place(Setting<T> setting, Place place, Values values) {
        values.put(setting, setting.parse(beside(values.text(setting), place)), place);
    }

    private static String beside(String name, Place by) {
        Path folder = by.line() == 0 ? null : Path.of(by.file()).getParent();
        return folder == null || name.isEmpty() ? name : folder.resolve(name).toString();
    }

    /** Returns the files to read that the settings of a section or an entry name. */
    static Set<Path> in(Values values, Section section) {
        Set<Path> files = new LinkedHashSet<>();
        for (Setting<?> setting : section.settings()) {
            if (values.isSet(setting) && setting.type().equals(Type.FILE)) {
                String name = values.text(setting);
                if (!name.isEmpty()) {
                    files.add(Path.of(name));
                }
            }
        }
        return files;
    }
}
