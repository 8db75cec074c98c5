package dev.weir.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration comes from.
 *
 * @param file null if there is none, so that the overlay says everything
 * @param overlay takes precedence over the file
 */
public record ConfigSource(@Nullable Path file, Overlay overlay) {
    private static final Path NO_FILE = Path.of("environment");

    /** The file, or the name by which messages call the configuration if there is none. */
    public Path name() {
        return file == null ? NO_FILE : file;
    }

    /** The file, and those that it includes, also where one of them cannot be read. */
    public Set<Path> files() {
        Set<Path> all = new LinkedHashSet<>();
        Path first = file;
        if (first != null) {
            all.add(first);
            var reader =
                    new IniReader(new Includes(all), new Findings(), new EnvironmentReferences());
            try {
                reader.read(first.toString(), TextFile.read(first));
            } catch (IOException _) {
                // it may come yet
            }
        }
        return all;
    }

    private record Includes(Set<Path> all) implements IniReader.Handler {
        @Override
        public void section(String name, Place place) {}

        @Override
        public void entry(String key, String value, Place place) {}

        @Override
        public void included(String file) {
            all.add(Path.of(file));
        }
    }
}
