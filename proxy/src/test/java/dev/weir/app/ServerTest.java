package dev.weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ServerTest {
    /** What the JVM says of itself with a cache that it uses, and with one that does not fit. */
    @Test
    void knowsACacheThatIsNotUsed() {
        assertThat(Server.isCacheUnused("/opt/weir/lib/weir.aot", "mixed mode")).isTrue();
        assertThat(Server.isCacheUnused("/opt/weir/lib/weir.aot", "mixed mode, sharing")).isFalse();
        assertThat(Server.isCacheUnused(null, "mixed mode")).isFalse();
    }
}
