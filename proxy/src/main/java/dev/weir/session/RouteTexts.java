package dev.weir.session;

import dev.weir.backend.ParameterSet;
import dev.weir.sql.Access;
import dev.weir.sql.AccessCache;
import io.netty.buffer.ByteBuf;
import java.util.Set;

/** What the texts of one session ask of a node, as far as its settings let them be understood. */
final class RouteTexts {
    /** Encodings in which a part of a character may look like a quote's end or a backslash. */
    private static final Set<String> UNSAFE_ENCODINGS =
            Set.of("BIG5", "GBK", "GB18030", "JOHAB", "SJIS", "SHIFT_JIS_2004", "UHC");

    private final ClientParameters parameters;
    private final AccessCache cache;
    private ParameterSet judged = ParameterSet.EMPTY;
    private boolean knowsAll = true;

    RouteTexts(ClientParameters parameters, AccessCache cache) {
        this.parameters = parameters;
        this.cache = cache;
    }

    /** The access of a text that stands in {@code in}, which is borrowed. */
    Access access(ByteBuf in, int start, int length) {
        return knowsAll() || isPlain(in, start, length)
                ? cache.of(in, start, length)
                : Access.UNCLEAR;
    }

    private boolean knowsAll() {
        ParameterSet told = parameters.told();
        if (told != judged) {
            judged = told;
            String encoding = told.get("client_encoding");
            knowsAll =
                    !"off".equals(told.get("standard_conforming_strings"))
                            && (encoding == null || !UNSAFE_ENCODINGS.contains(encoding));
        }
        return knowsAll;
    }

    /** Whether a text means the same under all settings: ASCII without a backslash. */
    private static boolean isPlain(ByteBuf in, int start, int length) {
        return in.forEachByte(start, length, value -> value >= 0 && value != '\\') < 0;
    }
}
