package dev.weir.auth;

import dev.weir.config.Findings;
import dev.weir.config.Place;
import dev.weir.config.TextFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lines of an hba or ident file, and of the files that it includes. File names are relative to
 * the file that contains them.
 */
final class HbaFile {
    /** As in PostgreSQL. */
    private static final int DEPTH_MAX = 10;

    private final Findings findings;
    private final Set<Path> files = new LinkedHashSet<>();
    private final TextFiles read = new TextFiles();

    private HbaFile(Findings findings) {
        this.findings = findings;
    }

    /** Reads {@code file}; errors are added to {@code findings}. */
    static List<HbaToken.Line> read(Path file, Findings findings) {
        HbaFile reader = new HbaFile(findings);
        List<HbaToken.Line> lines = new ArrayList<>();
        reader.include(file, new Place(file.toString(), 0), 0, lines);
        return lines;
    }

    /**
     * The file, and those that it includes. Of a folder that it includes, these are the folder and
     * the files in it now.
     */
    static Set<Path> files(Path file) {
        HbaFile reader = new HbaFile(new Findings());
        reader.include(file, new Place(file.toString(), 0), 0, new ArrayList<>());
        return reader.files;
    }

    private void include(Path file, Place place, int depth, List<HbaToken.Line> lines) {
        if (read.isOver()) {
            return;
        }
        if (depth > DEPTH_MAX) {
            read.giveUp();
            findings.problem(
                    place,
                    "cannot include \""
                            + file
                            + "\": files are nested too deeply (expected: at most "
                            + DEPTH_MAX
                            + " levels)");
            return;
        }
        files.add(file);
        try {
            lines(file, read.read(file), depth, lines);
        } catch (IOException e) {
            findings.problem(place, String.valueOf(e.getMessage()));
        }
    }

    private void lines(Path file, String text, int depth, List<HbaToken.Line> lines) {
        String[] physical = text.split("\n", -1);
        for (int i = 0; i < physical.length; i++) {
            Place place = new Place(file.toString(), i + 1);
            String last = chomped(physical[i]);
            StringBuilder line = new StringBuilder(last);
            while (last.endsWith("\\")) {
                line.setLength(line.length() - 1);
                last = i + 1 < physical.length ? chomped(physical[++i]) : "";
                line.append(last);
            }
            line(file, place, line.toString(), depth, lines);
        }
    }

    private static String chomped(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private void line(Path file, Place place, String text, int depth, List<HbaToken.Line> lines) {
        try {
            List<List<HbaToken>> fields =
                    new HbaWords(text).fields(name -> names(sibling(file, name), place, depth + 1));
            if (fields.isEmpty()) {
                return;
            }
            String directive = fields.size() == 2 ? fields.getFirst().getFirst().text() : "";
            String name = fields.getLast().getFirst().text();
            switch (directive) {
                case "include" -> include(sibling(file, name), place, depth + 1, lines);
                case "include_if_exists" -> {
                    files.add(sibling(file, name));
                    if (Files.exists(sibling(file, name))) {
                        include(sibling(file, name), place, depth + 1, lines);
                    }
                }
                case "include_dir" -> includeAll(sibling(file, name), place, depth + 1, lines);
                default -> lines.add(new HbaToken.Line(place, fields));
            }
        } catch (IllegalArgumentException e) {
            findings.problem(place, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Every file in a directory whose name ends in .conf and that is not hidden, in the order of
     * the C locale.
     */
    private void includeAll(Path directory, Place place, int depth, List<HbaToken.Line> lines) {
        files.add(directory);
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.conf")) {
            for (Path file : all) {
                boolean isHidden = String.valueOf(file.getFileName()).startsWith(".");
                if (!isHidden && !Files.isDirectory(file)) {
                    found.add(file);
                }
            }
        } catch (IOException e) {
            findings.problem(
                    place, "include_dir: cannot read the directory \"" + directory + "\": " + e);
            return;
        }
        found.sort(null);
        for (Path file : found) {
            include(file, place, depth, lines);
        }
    }

    /** The words of a file that a list includes with {@code @}. */
    private List<HbaToken> names(Path file, Place place, int depth) {
        List<HbaToken.Line> lines = new ArrayList<>();
        include(file, place, depth, lines);
        List<HbaToken> words = new ArrayList<>();
        for (HbaToken.Line line : lines) {
            line.fields().forEach(words::addAll);
        }
        return words;
    }

    private static Path sibling(Path file, String name) {
        try {
            Path named = Path.of(name);
            @Nullable Path parent = file.getParent();
            return parent == null ? named : parent.resolve(named);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not the name of a file: " + e.getReason(), e);
        }
    }
}
