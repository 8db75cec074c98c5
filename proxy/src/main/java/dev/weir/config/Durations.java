package dev.weir.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses and prints durations in the format of the configuration file, in whole microseconds as in
 * PgBouncer.
 */
final class Durations {
    /**
     * The longest duration that a setting may have, 68 years, which some write for ever: in
     * nanoseconds it fits a long.
     */
    static final Duration MAX = Duration.ofSeconds(Integer.MAX_VALUE);

    // The exponent is limited in length, so that a short text cannot stand for a huge number.
    private static final Pattern TIME =
            Pattern.compile(
                    "\\+?([0-9]{1,18}(?:\\.[0-9]{0,18})?|\\.[0-9]{1,18})(?:[eE]([+-]?[0-9]{1,2}))?"
                            + " *(us|ms|s|min|h|d|)");

    private Durations() {}

    /** Parses a number of seconds, or a number with a unit. */
    static Duration parse(String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        String exponent = matcher.group(2);
        BigDecimal micros =
                new BigDecimal(matcher.group(1))
                        .scaleByPowerOfTen(exponent == null ? 0 : Integer.parseInt(exponent))
                        .multiply(BigDecimal.valueOf(microsOf(matcher.group(3))));
        BigDecimal max = BigDecimal.valueOf(MAX.toSeconds()).scaleByPowerOfTen(6);
        if (micros.compareTo(max) > 0) {
            throw new IllegalArgumentException(text);
        }
        long whole = micros.setScale(0, RoundingMode.DOWN).longValueExact();
        return Duration.ofSeconds(whole / 1_000_000, whole % 1_000_000 * 1_000);
    }

    /** Prints seconds, with a fraction only if there is one. */
    static String print(Duration duration) {
        return BigDecimal.valueOf(duration.getSeconds())
                .add(BigDecimal.valueOf(duration.getNano(), 9))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static long microsOf(String unit) {
        return switch (unit) {
            case "us" -> 1;
            case "ms" -> 1_000;
            case "", "s" -> 1_000_000;
            case "min" -> 60_000_000;
            case "h" -> 3_600_000_000L;
            case "d" -> 86_400_000_000L;
            default -> throw new AssertionError(unit);
        };
    }
}
