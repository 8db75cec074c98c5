package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;

/** A page of the manual that is made from the code. */
@NullMarked
public final class ManualPage {
    private static final Path MANUAL = Path.of("..", "docs");

    private ManualPage() {}

    /** Where a page is. */
    public static Path path(String name) {
        return MANUAL.resolve(name);
    }

    /** Holds a page to what it must be; {@code -Ddocs.update=true} writes it. */
    public static void hold(String name, String text) {
        Path page = path(name);
        if (Boolean.getBoolean("docs.update")) {
            write(page, text);
        }
        assertThat(page).content().isEqualTo(text);
    }

    private static void write(Path page, String text) {
        try {
            Files.writeString(page, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
