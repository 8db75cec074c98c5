package dev.weir.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sqlcommenter adds to statements. */
@NullMarked
final class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String PARENT = "traceparent='00-" + TRACE + "-" + SPAN + "-01'";

    private static @Nullable TraceParent of(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return TraceParent.of(bytes, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 /*%s*/",
                "select 1 /*action='%%2Fpolls',controller='index',%s,tracestate='a%%3D1'*/;",
                "select 1 /* plan */ /*%s*/ ;\n",
                "/*%s*/ select 1",
                "/*application='a',%s*/ select 1;",
                "/*%s*/"
            })
    void isReadInAComment(String form) {
        assertThat(of(form.formatted(PARENT))).isEqualTo(new TraceParent(TRACE, SPAN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "*/",
                "/*/",
                "select 1",
                "select 1 /**/",
                "select '%s'",
                "/* a */ select '%s'",
                "select 1 /*%s*/ where true",
                "select 1 -- %s"
            })
    void isReadNowhereElse(String form) {
        assertThat(of(form.formatted(PARENT))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "traceparent=''",
                "traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "traceparent='00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01'",
                "traceparent='00-00000000000000000000000000000000-00f067aa0ba902b7-01'",
                "traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'",
                "traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736x00f067aa0ba902b7-01'",
                "traceparent='00-4bf92f3577b34da6a3ce929d0e0e473\"-00f067aa0ba902b7-01'"
            })
    void isNotTakenIfItIsNotWellFormed(String value) {
        assertThat(of("select 1 /*" + value + "*/")).isNull();
    }

    @Test
    void isReadFromWhateverBytes() {
        byte[] good = ("select 1 /*" + PARENT + "*/").getBytes(StandardCharsets.UTF_8);
        var random = new Random(17);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            TraceParent found = TraceParent.of(bytes, random.nextInt(bytes.length + 1));
            if (found != null) {
                assertThat(found.traceId()).matches("[0-9a-f]{32}");
                assertThat(found.spanId()).matches("[0-9a-f]{16}");
            }
        }
    }
}
