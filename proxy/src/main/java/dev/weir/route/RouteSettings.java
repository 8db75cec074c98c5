package dev.weir.route;

import dev.weir.cluster.Lsn;
import dev.weir.config.Route;
import dev.weir.sql.Access;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The routing settings that a session may SET and SHOW: {@code weir.route}, {@code weir.explain},
 * {@code weir.min_lsn}, {@code weir.lsn} and {@code weir.node}. The server knows them as custom
 * settings and gets their values before a SHOW; a SET takes effect at once, and no rollback reverts
 * it.
 */
public final class RouteSettings {
    private @Nullable Route route;
    private boolean explains;
    private long minLsn;

    /** What was wrong with the last SET or RESET; null if nothing was. */
    private @Nullable String complaint;

    /** Where the session wants its transactions to run; null if the database decides. */
    public @Nullable Route route() {
        return route;
    }

    /** Whether the client gets a notice about each decision. */
    public boolean explains() {
        return explains;
    }

    /** The position that its reads must see, from another session's {@code weir.lsn}; 0 = none. */
    long minLsn() {
        return minLsn;
    }

    /** What is wrong with the last SET or RESET, for the client; null if nothing is. */
    public @Nullable String complaint() {
        return complaint;
    }

    /** Carries out a text if it is a SET or RESET of one of these settings. */
    void apply(Access access) {
        String name = access.setting();
        if (access.kind() == Access.Kind.SET_WEIR && name != null) {
            complaint = set(name, access.value());
        }
    }

    private @Nullable String set(String name, @Nullable String value) {
        return switch (name) {
            case "route" -> setRoute(value);
            case "explain" -> setExplain(value);
            case "min_lsn" -> setMinLsn(value);
            default ->
                    "unrecognized setting \"weir.%s\" (expected: route, explain or min_lsn)"
                            .formatted(name);
        };
    }

    private @Nullable String setRoute(@Nullable String value) {
        if (value == null) {
            route = null;
            return null;
        }
        for (Route one : Route.values()) {
            if (one.name().equalsIgnoreCase(value)) {
                route = one;
                return null;
            }
        }
        return wrong("route", value, "explicit, auto, primary or replica");
    }

    private @Nullable String setExplain(@Nullable String value) {
        String word = value == null ? "off" : value.toLowerCase(Locale.ROOT);
        switch (word) {
            case "on", "true", "1", "yes" -> explains = true;
            case "off", "false", "0", "no" -> explains = false;
            default -> {
                return wrong("explain", word, "on or off");
            }
        }
        return null;
    }

    private @Nullable String setMinLsn(@Nullable String value) {
        long lsn = value == null || value.isEmpty() ? 0 : Lsn.parse(value);
        if (lsn < 0) {
            return wrong("min_lsn", String.valueOf(value), "as in 16/B374D848");
        }
        minLsn = lsn;
        return null;
    }

    private static String wrong(String name, String value, String expected) {
        return "invalid value for weir.%s: \"%s\" (expected: %s); it stays as it was"
                .formatted(name, value, expected);
    }

    /** The value that SHOW gives; null if there is no such setting. */
    @Nullable String show(String name, Route databases, long lsn, String node) {
        Route own = route;
        return switch (name) {
            case "route" -> (own == null ? databases : own).name().toLowerCase(Locale.ROOT);
            case "explain" -> explains ? "on" : "off";
            case "min_lsn" -> minLsn == 0 ? "" : Lsn.text(minLsn);
            case "lsn" -> Lsn.text(Math.max(lsn, minLsn));
            case "node" -> node;
            default -> null;
        };
    }
}
