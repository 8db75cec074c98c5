package dev.weir.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.sql.LexicalRules;
import dev.weir.sql.StateCheck;
import dev.weir.sql.StateClass;
import dev.weir.sql.StateNames;
import io.netty.buffer.Unpooled;

/** What a text is, given a closure. */
final class Judge {
    private Judge() {}

    static StateClass judge(String text, Closure closure) {
        return judge(text, closure.names());
    }

    static StateClass judge(String text, StateNames names) {
        byte[] bytes = text.getBytes(UTF_8);
        return StateClass.of(
                new StateCheck()
                        .effects(
                                Unpooled.wrappedBuffer(bytes),
                                0,
                                bytes.length,
                                LexicalRules.STANDARD,
                                names));
    }
}
