package dev.weir.auth;

import dev.weir.backend.Credential;
import dev.weir.config.Config;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.config.UserSettings;
import dev.weir.net.Clock;
import dev.weir.protocol.auth.StoredSecret;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What an operator should know about the secrets before anybody logs in: {@code weir check}. */
public final class SecretsCheck {
    private static final String LIMITS =
            "a SCRAM secret opens servers only once a client has logged in with its password, until"
                    + " this process ends, and only servers that keep the same salt and iterations"
                    + " (docs/credentials.md)";

    private final Config config;
    private final Users users;
    private final List<String> warnings = new ArrayList<>();

    private SecretsCheck(Config config, Users users) {
        this.config = config;
        this.users = users;
    }

    /** Returns what may keep Weir from logging in to servers. Reads files, so it blocks. */
    public static List<String> warnings(Config config, Users users) {
        var check = new SecretsCheck(config, users);
        check.forcedUsers();
        check.authUsers();
        check.passwordFiles();
        return check.warnings;
    }

    /**
     * Returns the first user whose secret in auth_file opens servers at once; null if there is
     * none. One of the console comes last: servers need not know it.
     */
    public static @Nullable String whoCanLogIn(Users users) {
        Set<String> operators = new HashSet<>(users.config().get(Settings.ADMIN_USERS));
        operators.addAll(users.config().get(Settings.STATS_USERS));
        String operator = null;
        for (String user : new TreeSet<>(users.names())) {
            String secret = users.listed(user);
            if (secret != null && !secret.isEmpty() && !isScram(users, user)) {
                if (!operators.contains(user)) {
                    return user;
                }
                operator = operator == null ? user : operator;
            }
        }
        return operator;
    }

    /** Returns what is as it should be, but has limits. */
    public static List<String> notes(Users users) {
        long scram = users.names().stream().filter(user -> isScram(users, user)).count();
        return scram == 0 ? List.of() : List.of("auth_file: " + scram + " of its users: " + LIMITS);
    }

    private static boolean isScram(Users users, String user) {
        String secret = users.listed(user);
        return secret != null && StoredSecret.parse(secret) instanceof StoredSecret.Scram;
    }

    private void forcedUsers() {
        for (Database entry : config.databases()) {
            String user = entry.forcedUser();
            if (user != null && entry.password() == null && entry.passwordFile() == null) {
                secretOf("database \"" + entry.name() + "\": user", user);
            }
        }
    }

    private void authUsers() {
        Set<String> askers = new LinkedHashSet<>();
        askers.add(AuthQuery.authUser(config, null));
        config.databases().forEach(entry -> askers.add(AuthQuery.authUser(config, entry)));
        askers.remove("");
        askers.forEach(asker -> secretOf("auth_user", asker));
    }

    private void secretOf(String what, String user) {
        UserSettings settings = config.user(user);
        String secret = users.listed(user);
        if (settings != null && settings.passwordFile() != null) {
            return;
        }
        if (isScram(users, user)) {
            warnings.add(what + " \"" + user + "\": in auth_file, " + LIMITS);
        } else if (secret == null || secret.isEmpty()) {
            warnings.add(
                    what
                            + " \""
                            + user
                            + "\": no password in password, password_file or auth_file, so the"
                            + " server must not ask for one");
        }
    }

    private void passwordFiles() {
        Set<String> paths = new LinkedHashSet<>();
        for (Database entry : config.databases()) {
            if (entry.passwordFile() != null) {
                paths.add(entry.passwordFile());
            }
        }
        for (UserSettings user : config.users()) {
            if (user.passwordFile() != null) {
                paths.add(user.passwordFile());
            }
        }
        for (String path : paths) {
            if (new PasswordFile(path, Clock.system()).read(true) instanceof Credential.None none) {
                warnings.add(none.toString());
            }
        }
    }
}
