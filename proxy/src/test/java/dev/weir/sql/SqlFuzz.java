package dev.weir.sql;

import dev.weir.fuzz.FuzzTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Statement texts, under each of the rules. */
public enum SqlFuzz implements FuzzTarget {
    TEXT {
        @Override
        public void run(byte[] input) {
            ByteBuf in = Unpooled.wrappedBuffer(input);
            int length = input.length;
            for (LexicalRules rules : LexicalRules.values()) {
                var texts = new Texts(1);
                for (int times = 0; times < 3; times++) { // from the third on it is kept
                    Text text = texts.query(in, 0, length, rules);
                    if (text == null) {
                        texts.facts();
                        texts.effects(StateNames.builtin());
                        text = texts.unkept();
                    }
                    if (text != null) {
                        text.fingerprint();
                        text.normalised();
                        text.access();
                        text.effects(StateNames.builtin());
                    }
                }
                texts.access(in, 0, length, rules);
            }
        }
    };

    @Override
    public List<byte[]> seeds() {
        return StatementTexts.all().stream()
                .map(row -> row.text().getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
