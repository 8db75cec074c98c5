package dev.weir.tls;

import dev.weir.config.FileStamp;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What tells whether one of several files was written or replaced.
 *
 * @param stamps a {@link FileStamp} each, or what is in its way
 */
record FileStamps(List<Object> stamps) {

    static FileStamps of(List<String> files) {
        var stamps = new ArrayList<Object>();
        for (String file : files) {
            stamps.add(stamp(file));
        }
        return new FileStamps(List.copyOf(stamps));
    }

    private static Object stamp(String file) {
        try {
            return FileStamp.of(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            return e.getClass();
        }
    }
}
