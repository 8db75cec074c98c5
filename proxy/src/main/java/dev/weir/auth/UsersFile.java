package dev.weir.auth;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.FileStamp;
import dev.weir.config.Settings;
import dev.weir.config.UserList;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The contents of the users file when it was read. Immutable.
 *
 * @param path empty if there is none
 * @param stamp what identified its version; null if that is unknown
 */
record UsersFile(String path, UserList list, @Nullable FileStamp stamp) {

    /**
     * Reads the file that {@code config} names, unless it is this one and has not changed.
     *
     * @throws ConfigException if it cannot be read
     */
    static UsersFile read(Config config, @Nullable UsersFile before) throws ConfigException {
        String path = config.get(Settings.AUTH_FILE);
        if (path.isEmpty()) {
            return new UsersFile("", UserList.EMPTY, null);
        }
        FileStamp stamp = stamp(path); // before its content, so that no change is missed
        if (before != null && stamp != null && before.path.equals(path)) {
            if (stamp.equals(before.stamp)) {
                return before;
            }
        }
        try {
            return new UsersFile(path, UserList.load(Path.of(path)), stamp);
        } catch (ConfigException e) {
            throw config.atNameOf(Settings.AUTH_FILE, e);
        }
    }

    private static @Nullable FileStamp stamp(String path) {
        try {
            return FileStamp.of(Path.of(path));
        } catch (IOException _) {
            return null; // reading it says why
        }
    }

    boolean exists() {
        return !path.isEmpty();
    }

    @Override
    public String toString() {
        return "UsersFile[" + path + ", " + list + "]";
    }
}
