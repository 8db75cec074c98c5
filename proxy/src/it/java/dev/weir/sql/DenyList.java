package dev.weir.sql;

import java.util.List;
import java.util.Set;

/** The functions that never go to a standby, for tests of other packages to see. */
public final class DenyList {
    private DenyList() {}

    public static Set<String> names() {
        return FunctionNames.DENIED;
    }

    /** Whatever begins with one of these is denied, too, but for {@code lo_get}. */
    public static List<String> prefixes() {
        return FunctionNames.DENIED_PREFIXES;
    }

    public static boolean has(String function) {
        return FunctionNames.isDenied(function);
    }
}
