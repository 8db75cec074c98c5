package dev.weir.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** What tells whether one of several files was written or replaced. */
record FileStamps(List<String> stamps) {

    static FileStamps of(List<String> files) {
        var stamps = new ArrayList<String>();
        for (String file : files) {
            stamps.add(stamp(file));
        }
        return new FileStamps(List.copyOf(stamps));
    }

    private static String stamp(String file) {
        try {
            var now = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
            return now.fileKey() + " " + now.size() + ' ' + now.lastModifiedTime();
        } catch (IOException | InvalidPathException e) {
            return e.getClass().getSimpleName();
        }
    }
}
