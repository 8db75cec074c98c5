package dev.weir.session;

import dev.weir.backend.InjectedQuery;
import dev.weir.backend.ParameterSet;
import dev.weir.config.ClientBounds;
import dev.weir.sql.StatementFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server what a session has left on its connection. A text shows only what may have
 * happened; whether it did, and what a rollback has undone, PostgreSQL knows best.
 */
final class StateProbe implements InjectedQuery {
    /* Operators are qualified, not found by the search path: a client may have defined its own. */

    /**
     * {@code $MAX} stands for the length to which values are cut: what is not kept need not be
     * sent.
     */
    private static final String SETTINGS =
            "SELECT 's', name, pg_catalog.left(setting, $MAX) FROM pg_catalog.pg_settings WHERE"
                + " source OPERATOR(pg_catalog.=) 'session' AND name OPERATOR(pg_catalog.<>) ALL"
                + " (ARRAY['transaction_isolation','transaction_read_only',"
                + "'transaction_deferrable','seed'";

    private static final String SPECIAL =
            "]) UNION ALL SELECT 's', n, pg_catalog.left(pg_catalog.current_setting(n, true),"
                    + " $MAX) FROM pg_catalog.unnest(ARRAY['role','session_authorization'";

    /** The timeouts that may end the question. If they did, each is shown first, in its own row. */
    private static final List<String> TIMEOUTS = List.of("statement_timeout", "lock_timeout");

    private static final String WITHOUT_TIMEOUTS =
            "SHOW statement_timeout;SHOW lock_timeout;"
                    + "SET LOCAL statement_timeout=0;SET LOCAL lock_timeout=0;";

    /** The values of the timeouts if the session has not set them. */
    private static final String TIMEOUTS_RESET =
            " UNION ALL SELECT 'r', name, reset_val FROM pg_catalog.pg_settings WHERE name"
                    + " OPERATOR(pg_catalog.=) ANY (ARRAY['statement_timeout','lock_timeout'])";

    /** The channels, as bytes in the client's encoding, and the setting of {@link Relistening}. */
    private static final String CHANNELS =
            "(SELECT 'c', pg_catalog.encode(pg_catalog.convert_to(c,"
                    + " pg_catalog.pg_client_encoding()), 'hex'), NULL"
                    + " FROM pg_catalog.pg_listening_channels() AS c LIMIT $MAX) UNION ALL"
                    + " SELECT 'e', pg_catalog.current_setting('weir.listened', true), NULL";

    private static final String IS_TEMPORARY =
            " OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()";

    private static final Map<PinReason, String> PINS =
            Map.of(
                    PinReason.ADVISORY_LOCK,
                    "SELECT FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=)"
                            + " 'advisory' AND pid OPERATOR(pg_catalog.=)"
                            + " pg_catalog.pg_backend_pid()",
                    PinReason.HOLD_CURSOR,
                    "SELECT FROM pg_catalog.pg_cursors WHERE is_holdable",
                    PinReason.SQL_PREPARE,
                    "SELECT FROM pg_catalog.pg_prepared_statements WHERE from_sql",
                    PinReason.TEMPORARY_OBJECT,
                    "SELECT FROM pg_catalog.pg_class WHERE relnamespace"
                            + IS_TEMPORARY
                            + " UNION ALL SELECT FROM pg_catalog.pg_proc WHERE pronamespace"
                            + IS_TEMPORARY
                            + " UNION ALL SELECT FROM pg_catalog.pg_type WHERE typnamespace"
                            + IS_TEMPORARY);

    /** The facts of texts that may have restored values of the startup packet. */
    private static final long RESETS =
            StatementFacts.RESETS_PARAMETERS | StatementFacts.SETS_UNKNOWN_PARAMETERS;

    private static final Set<PinReason> ASKED_ABOUT = askedAbout();

    private final List<String> channels = new ArrayList<>();
    private @Nullable String evidence;
    private final List<String> shown = new ArrayList<>();
    private final Map<String, String> resetValues = new HashMap<>();

    private final Map<String, String> settings = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final EnumSet<PinReason> pins = EnumSet.noneOf(PinReason.class);
    private final EnumSet<PinReason> asked;
    private final boolean asksSettings;
    private final boolean mayHaveReset;
    private final boolean withoutTimeouts;
    private final String loginUser;
    private final Done done;
    private final long bytesMax;
    private final int channelsMax;
    private long bytes;
    private boolean complete;
    private boolean isCutOff;

    /** Called once, when the turn that brought the answer is over. */
    interface Done {
        void probed(StateProbe probe, boolean answered);
    }

    private StateProbe(
            EnumSet<PinReason> asked,
            boolean asksSettings,
            boolean mayHaveReset,
            boolean withoutTimeouts,
            String loginUser,
            ClientBounds bounds,
            Done done) {
        this.asked = asked;
        this.asksSettings = asksSettings;
        this.mayHaveReset = mayHaveReset;
        this.withoutTimeouts = withoutTimeouts;
        this.loginUser = loginUser;
        this.bytesMax = bounds.parameterBytes();
        this.channelsMax = bounds.channels();
        this.done = done;
    }

    /**
     * The question about what the flags of {@link StatementFacts} make possible.
     *
     * @param held the reasons for which the session is pinned now: they are asked about again
     * @param withoutTimeouts whether to suspend the session's timeouts: they ended the question
     *     before
     * @param bounds how much memory the settings may use; if they use more, there is no answer.
     *     Only as many channels are asked for as are needed to see that there are too many
     */
    static StateProbe of(
            long flags,
            Set<PinReason> held,
            boolean withoutTimeouts,
            String loginUser,
            ClientBounds bounds,
            Done done) {
        boolean all =
                (flags
                                & (StatementFacts.TOO_LONG
                                        | StatementFacts.EXECUTES
                                        | StatementFacts.DEALLOCATES_UNSEEN))
                        != 0;
        EnumSet<PinReason> asked = EnumSet.noneOf(PinReason.class);
        for (PinReason reason : ASKED_ABOUT) {
            if (all || held.contains(reason) || (flags & flagsOf(reason)) != 0) {
                asked.add(reason);
            }
        }
        boolean settings =
                all
                        || (flags & StatementFacts.PARAMETER_CHANGES) != 0
                        || held.contains(PinReason.UNKNOWN_STATE);
        boolean resets = all || (flags & RESETS) != 0;
        return new StateProbe(asked, settings, resets, withoutTimeouts, loginUser, bounds, done);
    }

    private static Set<PinReason> askedAbout() {
        EnumSet<PinReason> all = EnumSet.of(PinReason.LISTEN);
        all.addAll(PINS.keySet());
        return all;
    }

    private static long flagsOf(PinReason reason) {
        return switch (reason) {
            case LISTEN -> StatementFacts.LISTENS;
            case TEMPORARY_OBJECT -> StatementFacts.CREATES_TEMPORARY;
            case ADVISORY_LOCK -> StatementFacts.SESSION_LOCK;
            case HOLD_CURSOR -> StatementFacts.HOLDS_CURSOR;
            case SQL_PREPARE -> StatementFacts.PREPARES;
            default -> 0;
        };
    }

    /**
     * The query, in ASCII; null if there is nothing to ask.
     *
     * @param custom the custom settings that may have been set, since PostgreSQL does not list them
     */
    @Nullable String sql(Set<String> custom) {
        var parts = new StringBuilder();
        if (asksSettings) {
            String most = Integer.toString(charactersMax());
            parts.append(SETTINGS.replace("$MAX", most));
            if (withoutTimeouts) {
                TIMEOUTS.forEach(name -> parts.append(",'").append(name).append('\''));
            }
            parts.append(SPECIAL.replace("$MAX", most));
            for (String name : new TreeSet<>(custom)) {
                parts.append(',');
                ParameterSet.literal(parts, name);
            }
            parts.append("]) AS n").append(withoutTimeouts ? TIMEOUTS_RESET : "");
        }
        for (PinReason reason : asked) {
            parts.append(parts.isEmpty() ? "" : " UNION ALL ");
            if (reason == PinReason.LISTEN) {
                parts.append(CHANNELS.replace("$MAX", channelsAsked()));
                continue;
            }
            parts.append("SELECT 'p', '")
                    .append(reason.name())
                    .append("', NULL WHERE EXISTS (")
                    .append(PINS.get(reason))
                    .append(')');
        }
        if (parts.isEmpty()) {
            return null;
        }
        return (withoutTimeouts ? WITHOUT_TIMEOUTS : "") + parts;
    }

    @Override
    public void row(List<@Nullable String> values) {
        if (values.size() == 1) {
            shown.add(String.valueOf(values.getFirst()));
            return;
        }
        String name = values.get(1);
        String value = values.get(2);
        if (name == null) {
            return;
        }
        if ("p".equals(values.get(0))) {
            pins.add(PinReason.valueOf(name));
        } else if ("c".equals(values.get(0))) {
            pins.add(PinReason.LISTEN);
            byte[] bytes = HexFormat.of().parseHex(name);
            channels.add(new String(bytes, StandardCharsets.ISO_8859_1));
        } else if ("e".equals(values.get(0))) {
            evidence = name;
        } else if ("r".equals(values.get(0))) {
            resetValues.put(name, String.valueOf(value));
        } else if (value != null && !isDefault(name, value)) {
            bytes += name.length() + value.length();
            if (isTooLarge()) {
                settings.clear();
            } else {
                settings.put(name, value);
            }
        }
    }

    private boolean isDefault(String name, String value) {
        return switch (name) {
            case "role" -> value.equals("none");
            case "session_authorization" -> value.equals(loginUser);
            default -> false;
        };
    }

    /** A setting is too long to be restored on another connection. */
    @Override
    public void rowTooLong() {
        isCutOff = true;
    }

    private int charactersMax() {
        return bytesMax == 0 ? Integer.MAX_VALUE : (int) Math.min(bytesMax + 1, Integer.MAX_VALUE);
    }

    /** One more than allowed, besides the one on which marks come. */
    private String channelsAsked() {
        return channelsMax == 0 ? "ALL" : Long.toString(channelsMax + 2L);
    }

    /** Whether the settings use more memory than allowed for the client. */
    boolean isTooLarge() {
        return ClientBounds.exceeds(bytes, bytesMax);
    }

    /** The approximate size of the settings, in characters. */
    long bytes() {
        return bytes;
    }

    @Override
    public void succeeded() {
        complete = true;
        done.probed(this, !isCutOff && !isTooLarge());
    }

    @Override
    public void failed() {
        if (!complete) {
            done.probed(this, false);
        }
    }

    /** The reasons that were asked about. */
    Set<PinReason> asked() {
        return asked;
    }

    boolean asksSettings() {
        return asksSettings;
    }

    /** Whether what ran may have reset settings. */
    boolean mayHaveReset() {
        return mayHaveReset;
    }

    /** The reasons, of those asked about, that pin the session. */
    Set<PinReason> pins() {
        return pins;
    }

    /** The channels on which the connection listens, each byte as a char; empty if not asked. */
    List<String> channels() {
        return channels;
    }

    /** The value of the setting of {@link Relistening}; null if it is not set. */
    @Nullable String evidence() {
        return evidence;
    }

    /** The session's settings on its connection. */
    ParameterSet settings() {
        for (int i = 0; i < shown.size(); i++) {
            String name = TIMEOUTS.get(i);
            String millis = millis(shown.get(i));
            if (!millis.equals(resetValues.get(name))) {
                settings.put(name, millis);
            }
        }
        return ParameterSet.of(settings);
    }

    /** Converts a time as SHOW prints it to milliseconds, the unit of the settings. */
    private static String millis(String shown) {
        int digits = 0;
        while (digits < shown.length() && Character.isDigit(shown.charAt(digits))) {
            digits++;
        }
        long factor =
                switch (shown.substring(digits)) {
                    case "s" -> 1_000;
                    case "min" -> 60_000;
                    case "h" -> 3_600_000;
                    case "d" -> 86_400_000;
                    default -> 1; // ms, or 0
                };
        return Long.toString(Long.parseLong(shown, 0, digits, 10) * factor);
    }
}
