package dev.weir.config;

import java.util.Locale;

/** Parses numbers in the format of PgBouncer's configuration file. */
final class Numbers {
    private Numbers() {}

    /**
     * Parses a text that {@code strtol(text, …, 0)} consumes entirely and whose value fits an int.
     */
    static int parseInteger(String text) {
        String digits = text;
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int radix = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            radix = 16;
            digits = digits.substring(2);
        } else if (digits.startsWith("0") && digits.length() > 1) {
            radix = 8;
            digits = digits.substring(1);
        }
        return Math.toIntExact(signed(digits, radix, negative));
    }

    /** Parses a number of bytes with an optional unit. */
    static long parseBytes(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        for (Unit unit : Unit.values()) {
            if (lower.endsWith(unit.suffix)) {
                String digits = lower.substring(0, lower.length() - unit.suffix.length());
                return Math.multiplyExact(signed(digits.strip(), 10, false), unit.bytes);
            }
        }
        throw new IllegalArgumentException(text);
    }

    private static long signed(String digits, int radix, boolean negative) {
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            // Long.parseLong would also accept a second sign, and digits of other scripts.
            if (c > 127 || Character.digit(c, radix) < 0) {
                throw new IllegalArgumentException(digits);
            }
        }
        return Long.parseLong(negative ? "-" + digits : digits, radix);
    }

    /** A unit of bytes. The empty suffix matches everything, so it comes last. */
    private enum Unit {
        KB("kb", 1L << 10),
        MB("mb", 1L << 20),
        GB("gb", 1L << 30),
        BYTE("", 1);

        final String suffix;
        final long bytes;

        Unit(String suffix, long bytes) {
            this.suffix = suffix;
            this.bytes = bytes;
        }
    }
}
