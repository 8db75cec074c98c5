package dev.weir.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The rules for names in the configuration, and suggestions for misspelled ones. */
public final class Names {
    private static final int DATABASE_BYTES_MAX = 63;
    private static final int USER_BYTES_MAX = 127;
    private static final int PASSWORD_BYTES_MAX = 65_531;

    /**
     * Longer unknown names are not compared, because the cost is their length times the number of
     * known names.
     */
    private static final int NEAREST_LENGTH_MAX = 64;

    /** Many names begin as a shorter one does. */
    private static final int CONTINUED_LENGTH_MIN = 8;

    private static final int ABBREVIATION_LENGTH_MIN = 3;

    private Names() {}

    static boolean isDatabase(String name) {
        return !name.isEmpty() && fits(name, DATABASE_BYTES_MAX);
    }

    /** Whether there can be a user of this name. */
    public static boolean isUser(String name) {
        return !name.isEmpty() && fits(name, USER_BYTES_MAX);
    }

    static boolean isPeer(String id) {
        return id.matches("[1-9][0-9]{0,4}") && Settings.PEER_ID.valid().test(Integer.valueOf(id));
    }

    static boolean isPassword(String secret) {
        return fits(secret, PASSWORD_BYTES_MAX);
    }

    /** Whether the name belongs to the console, so that no database entry may have it. */
    public static boolean isReservedDatabase(String name) {
        return name.equals("pgbouncer") || name.equals("weir");
    }

    private static boolean fits(String text, int bytesMax) {
        return text.length() <= bytesMax && text.getBytes(UTF_8).length <= bytesMax;
    }

    /** Returns the name that {@code unknown} is probably a misspelling of, or null. */
    public static @Nullable String nearest(String unknown, Collection<String> names) {
        if (unknown.length() > NEAREST_LENGTH_MAX) {
            return null;
        }
        String nearest = null;
        // Up to three slips in a long name, but a short name must not match every other short name.
        int least = Math.min(3, unknown.length() / 2) + 1;
        for (String name : names) {
            int distance = distance(unknown, name);
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        return nearest == null ? continued(unknown, names) : nearest;
    }

    /** The name that begins as three quarters of {@code unknown} do, or null if none or many do. */
    private static @Nullable String continued(String unknown, Collection<String> names) {
        int length = unknown.length();
        int same = (length * 3 + 3) / 4;
        if (length < CONTINUED_LENGTH_MIN) {
            return null;
        }
        String found = null;
        for (String name : names) {
            if (name.regionMatches(true, 0, unknown, 0, same)) {
                if (found != null) {
                    return null;
                }
                found = name;
            }
        }
        return found;
    }

    /**
     * Returns the shortest name that begins with the first letter of {@code word} and has its other
     * letters in their order, such as POOLS for "pol"; null for less than three letters.
     */
    public static @Nullable String abbreviated(String word, Collection<String> names) {
        String found = null;
        for (String name : names) {
            boolean isShorter = found == null || name.length() < found.length();
            if (word.length() >= ABBREVIATION_LENGTH_MIN && isShorter && abbreviates(word, name)) {
                found = name;
            }
        }
        return found;
    }

    private static boolean abbreviates(String word, String name) {
        if (!name.regionMatches(true, 0, word, 0, 1)) {
            return false;
        }
        int matched = 0;
        for (int i = 0; i < name.length() && matched < word.length(); i++) {
            if (name.regionMatches(true, i, word, matched, 1)) {
                matched++;
            }
        }
        return matched == word.length();
    }

    /** The Levenshtein distance, ignoring case. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                char left = Character.toLowerCase(a.charAt(i - 1));
                char right = Character.toLowerCase(b.charAt(j - 1));
                int replace = diagonal + (left == right ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
