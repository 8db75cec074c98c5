package dev.weir.auth;

import dev.weir.protocol.auth.StoredSecret;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the rows of {@code auth_query} say about a user. */
final class AuthAnswer {
    /** How PostgreSQL writes a timestamptz with DateStyle ISO. */
    private static final DateTimeFormatter TIMESTAMP =
            new DateTimeFormatterBuilder()
                    .appendPattern("uuuu-MM-dd HH:mm:ss")
                    .optionalStart()
                    .appendFraction(ChronoField.MICRO_OF_SECOND, 1, 6, true)
                    .optionalEnd()
                    .appendOffset("+HH:mm:ss", "+00")
                    .toFormatter(Locale.ROOT);

    /** Thrown if the rows cannot be the answer to a query for secrets. */
    static final class Nonsense extends Exception {
        private static final long serialVersionUID = 1L;

        Nonsense(String message) {
            super(message);
        }
    }

    /** PostgreSQL's NAMEDATALEN: no role has a longer name than one byte less. */
    private static final int NAME_BYTES_MAX = 63;

    private AuthAnswer() {}

    /** Whether there can be a user of this name; if not, there is nothing to ask. */
    static boolean isPossible(String user) {
        return user.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
    }

    /**
     * Reads the rows.
     *
     * @throws Nonsense whose message says what is wrong with them, without repeating a secret
     */
    static Account of(String user, List<List<@Nullable String>> rows) throws Nonsense {
        if (rows.isEmpty()) {
            return new Account.Unknown(user);
        }
        if (rows.size() > 1) {
            throw new Nonsense("more than one row (expected: at most one)");
        }
        List<@Nullable String> row = rows.getFirst();
        if (row.size() < 2 || row.size() > 3) {
            throw new Nonsense(row.size() + " columns (expected: name, secret[, valid until])");
        }
        String name = row.get(0);
        if (name == null) {
            return new Account.Unknown(user); // a function with OUT parameters found nobody
        }
        if (!name.equals(user)) {
            throw new Nonsense("a row for another user than the one asked for");
        }
        String secret = row.get(1);
        boolean expired = row.size() == 3 && isOver(row.get(2));
        return new Account.Known(
                user,
                secret == null || secret.isEmpty() || expired ? null : StoredSecret.parse(secret));
    }

    /** As in PostgreSQL, a null is no limit. */
    private static boolean isOver(@Nullable String validUntil) throws Nonsense {
        if (validUntil == null || validUntil.equals("infinity")) {
            return false;
        }
        if (validUntil.equals("-infinity")) {
            return true;
        }
        try {
            return OffsetDateTime.parse(validUntil, TIMESTAMP).toInstant().isBefore(Instant.now());
        } catch (DateTimeException _) {
            throw new Nonsense("a third column that is no timestamp with time zone");
        }
    }
}
