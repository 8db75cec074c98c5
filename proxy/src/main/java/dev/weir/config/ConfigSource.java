package dev.weir.config;

import java.nio.file.Path;
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
}
