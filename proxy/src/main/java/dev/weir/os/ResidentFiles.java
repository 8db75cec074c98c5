package dev.weir.os;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages of mapped files, such as libraries and the AOT cache: whatever was read of them once
 * counts as memory of the process. They can be given back, as the kernel does if it needs them;
 * what is used again is found in its cache, or read again.
 */
public final class ResidentFiles {
    private static final int DONT_NEED = 4;
    private static final int HEX = 16;

    private static final Pattern ANY_MAPPING = Pattern.compile("[0-9a-f]+-[0-9a-f]+ ");

    /** As in {@code 7f00-7f80 r-xp 00001000 fe:00 42 /lib/libc.so.6}. */
    private static final Pattern FILE =
            Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-.. \\S+ \\S+ [1-9]\\d* .*");

    private static final Pattern UNCHANGED = Pattern.compile("Anonymous: +0 kB");

    private ResidentFiles() {}

    /** A part of a file that nobody can write to, and nobody has: its pages are the file's. */
    record Mapping(long begin, long end) {}

    /** Gives back what can be read again. */
    public static void release() throws IOException {
        var advise = CLibrary.function("madvise", JAVA_LONG, JAVA_LONG, JAVA_INT);
        List<Mapping> mappings;
        try (BufferedReader lines = Files.newBufferedReader(Path.of("/proc/self/smaps"))) {
            mappings = unchanged(lines);
        }
        for (Mapping one : mappings) {
            advise.call(one.begin, one.end - one.begin, DONT_NEED);
        }
    }

    /**
     * The mappings that hold nothing but a file. Those that can be written to are left out, and
     * those that have been written to: the relocations of a library would be lost.
     *
     * @param smaps as the kernel shows them: a line for each mapping, and lines with its figures
     */
    static List<Mapping> unchanged(BufferedReader smaps) throws IOException {
        List<Mapping> found = new ArrayList<>();
        @Nullable Mapping of = null;
        String line = smaps.readLine();
        while (line != null) {
            if (ANY_MAPPING.matcher(line).lookingAt()) {
                of = readOnly(line);
            } else if (of != null && UNCHANGED.matcher(line).matches()) {
                found.add(of);
            }
            line = smaps.readLine();
        }
        return found;
    }

    /** The mapping of a file that nobody can write to; null if it is another one. */
    private static @Nullable Mapping readOnly(String line) {
        Matcher file = FILE.matcher(line);
        return file.matches()
                ? new Mapping(
                        Long.parseUnsignedLong(file.group(1), HEX),
                        Long.parseUnsignedLong(file.group(2), HEX))
                : null;
    }
}
