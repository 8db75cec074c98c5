package dev.weir.admin;

import dev.weir.auth.Users;
import dev.weir.config.Config;

/** What the console may ask of the process, from any loop. Implemented by {@code app}. */
public interface Control {
    /** The configuration of the moment. */
    Config config();

    /** The users of the moment. */
    Users users();

    /** The version of this build, such as {@code 0.1.0}. */
    String version();

    /** How many connections have not logged in yet. */
    int logins();
}
