package dev.weir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The blocks of code in README.md and in the manual, as they stand. */
@NullMarked
public final class Examples {
    private static final Path ROOT = Path.of("..");

    private Examples() {}

    /**
     * A block of code.
     *
     * @param page where it stands
     * @param line its first line there
     * @param language what is said behind the first three backquotes; may be empty
     */
    public record Block(Path page, int line, String language, String text) {
        @Override
        public String toString() {
            return page.getFileName() + ":" + line;
        }
    }

    /** All blocks. */
    public static List<Block> blocks() {
        List<Block> all = new ArrayList<>();
        for (Path page : pages()) {
            addThoseOf(page, all);
        }
        return all;
    }

    /** All lines, each under its place, {@code page:line}. */
    public static Map<String, String> lines() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Path page : pages()) {
            int number = 0;
            for (String line : read(page)) {
                all.put(page.getFileName() + ":" + ++number, line);
            }
        }
        return all;
    }

    private static List<String> read(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> pages() {
        try (Stream<Path> manual = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            manual.filter(page -> page.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addThoseOf(Path page, List<Block> all) {
        List<String> lines = read(page);
        int begin = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).strip().startsWith("```")) {
                continue;
            }
            if (begin < 0) {
                begin = i;
                continue;
            }
            String language = lines.get(begin).strip().substring(3);
            String text = String.join("\n", lines.subList(begin + 1, i)) + "\n";
            all.add(new Block(page, begin + 2, language, text));
            begin = -1;
        }
    }
}
