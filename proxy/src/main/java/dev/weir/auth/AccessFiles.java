package dev.weir.auth;

import dev.weir.config.Config;
import dev.weir.config.Setting;
import dev.weir.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The files from which the rules of access are read. */
public final class AccessFiles {
    private static final List<Setting<String>> RULES =
            List.of(Settings.AUTH_HBA_FILE, Settings.AUTH_IDENT_FILE);

    private AccessFiles() {}

    /**
     * Returns the hba and the ident file of a configuration, if it has them, and all that they
     * include, be it there or not: files, and folders of files.
     */
    public static Set<Path> of(Config config) {
        Set<Path> files = new LinkedHashSet<>();
        for (Setting<String> rules : RULES) {
            if (!config.get(rules).isEmpty()) {
                files.addAll(HbaFile.files(Path.of(config.get(rules))));
            }
        }
        return files;
    }
}
