package dev.weir.admin;

import dev.weir.config.AuthType;
import dev.weir.config.Config;
import dev.weir.config.Settings;

/** What a user may do on the console. */
public enum Access {
    NONE,
    /** SHOW only, nothing that changes anything. */
    STATS,
    ADMIN;

    /** With {@code auth_type = any}, nobody has proven a name, and everybody may use SHOW. */
    public static Access of(Config config, String user) {
        if (config.get(Settings.ADMIN_USERS).contains(user)) {
            return ADMIN;
        }
        boolean everybody = config.get(Settings.AUTH_TYPE) == AuthType.ANY;
        return everybody || config.get(Settings.STATS_USERS).contains(user) ? STATS : NONE;
    }
}
