package dev.weir.tls;

import dev.weir.config.FileStamp;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of several files, by which a change to any of them is noticed.
 *
 * @param stamps a {@link FileStamp} for each file, or the reason why there is none
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
