package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class PartsTest {
    private final Parts parts = new Parts();
    private final List<String> closed = new ArrayList<>();

    @Test
    void closesTheNewestFirst() {
        add("first");
        add("second");
        add("third");
        parts.close();
        assertThat(closed).containsExactly("third", "second", "first");
    }

    @Test
    void closesThemOnce() {
        add("first");
        parts.close();
        parts.close();
        assertThat(closed).containsExactly("first");
    }

    @Test
    void closesAllWhateverBecomesOfOne() {
        add("first");
        parts.add(() -> {
            throw new IOException("no");
        });
        add("second");
        parts.add(() -> {
            throw new AssertionError("no");
        });
        parts.close();
        assertThat(closed).containsExactly("second", "first");
    }

    private void add(String name) {
        parts.add(() -> closed.add(name));
    }
}
