package dev.weir.protocol.auth;

import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * The password profile that SCRAM requires (RFC 4013), so that a letter typed as one character or
 * as two gives the same key.
 *
 * <p>Both ends must agree. In doubt it therefore follows PostgreSQL and not the RFC: ASCII is left
 * unchanged, including control characters; prohibited characters are searched for before the
 * normalization, not after it; and a password that the profile prohibits is used as its raw bytes.
 */
final class SaslPrep {
    private SaslPrep() {}

    /** The bytes to derive keys from; the caller should erase them. */
    static byte[] prepare(String password) {
        byte[] raw = password.getBytes(StandardCharsets.UTF_8);
        if (raw.length == password.length()) {
            return raw; // ASCII
        }
        String mapped = mapped(password);
        if (mapped.isEmpty()
                || mapped.codePoints().anyMatch(SaslPrep::isProhibited)
                || !isBidiConsistent(mapped)) {
            return raw;
        }
        return Normalizer.normalize(mapped, Normalizer.Form.NFKC).getBytes(StandardCharsets.UTF_8);
    }

    /** Section 2.1: spaces become ASCII spaces, and invisible characters are removed. */
    private static String mapped(String password) {
        StringBuilder mapped = new StringBuilder(password.length());
        password.codePoints()
                .filter(c -> !isMappedToNothing(c))
                .map(c -> isNonAsciiSpace(c) ? ' ' : c)
                .forEach(mapped::appendCodePoint);
        return mapped.toString();
    }

    /** RFC 3454, table C.1.2. */
    private static boolean isNonAsciiSpace(int c) {
        return c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200b)
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** RFC 3454, table B.1; 200B counts as a space first, as in PostgreSQL. */
    private static boolean isMappedToNothing(int c) {
        return c == 0xad
                || c == 0x34f
                || c == 0x1806
                || (c >= 0x180b && c <= 0x180d)
                || c == 0x200c
                || c == 0x200d
                || c == 0x2060
                || (c >= 0xfe00 && c <= 0xfe0f)
                || c == 0xfeff;
    }

    /** RFC 3454, tables C.2 to C.9 and A.1. */
    private static boolean isProhibited(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default ->
                    isNonAsciiSpace(c)
                            || (c >= 0xfff9 && c <= 0xfffd)
                            || (c >= 0x2ff0 && c <= 0x2ffb)
                            || c == 0x340
                            || c == 0x341
                            || isUnassigned(c);
        };
    }

    /**
     * RFC 3454, table A.1: characters that were unassigned in Unicode 3.2, such as most emoji.
     *
     * <p>The JDK has this table for domain names: it refuses such a character in a name unless the
     * flag allows it.
     */
    private static boolean isUnassigned(int c) {
        String label = Character.toString(c);
        return c > 0x7f && !isLabel(label, 0) && isLabel(label, IDN.ALLOW_UNASSIGNED);
    }

    private static boolean isLabel(String text, int flags) {
        try {
            IDN.toASCII(text, flags);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /**
     * RFC 3454, section 6: directions are not mixed, and a right-to-left text has right-to-left
     * characters at both ends.
     */
    private static boolean isBidiConsistent(String text) {
        boolean right = text.codePoints().anyMatch(SaslPrep::isRightToLeft);
        if (!right) {
            return true;
        }
        boolean left =
                text.codePoints()
                        .anyMatch(c ->
                                Character.getDirectionality(c)
                                        == Character.DIRECTIONALITY_LEFT_TO_RIGHT);
        return !left
                && isRightToLeft(text.codePointAt(0))
                && isRightToLeft(text.codePointBefore(text.length()));
    }

    private static boolean isRightToLeft(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
