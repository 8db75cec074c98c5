package dev.weir.sql;

import java.lang.reflect.Field;
import java.util.Set;
import java.util.TreeSet;

/** The names of flags, so that a failed comparison can be read. */
final class FlagNames {
    private FlagNames() {}

    static Set<String> of(long flags) {
        Set<String> names = new TreeSet<>();
        for (Field field : StatementFacts.class.getFields()) {
            try {
                long value = field.getLong(null);
                if (Long.bitCount(value) == 1 && (flags & value) != 0) {
                    names.add(field.getName());
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        return names;
    }
}
