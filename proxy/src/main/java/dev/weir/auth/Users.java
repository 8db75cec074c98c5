package dev.weir.auth;

import dev.weir.backend.CredentialSource;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.config.UserList;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.StoredSecret;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The users that may log in, and the secrets with which Weir itself logs in to servers. */
public final class Users implements CredentialSource {
    private final Config config;
    private final UserList list;
    private final boolean hasFile;
    private final ConcurrentHashMap<String, ScramSecret> derived = new ConcurrentHashMap<>();
    private final byte[] mockSalt = new byte[16];
    private final SecureRandom random = new SecureRandom();

    private Users(Config config, UserList list, boolean hasFile) {
        this.config = config;
        this.list = list;
        this.hasFile = hasFile;
        random.nextBytes(mockSalt);
    }

    /**
     * Reads {@code auth_file}.
     *
     * @throws ConfigException if it cannot be read
     */
    public static Users load(Config config) throws ConfigException {
        String file = config.get(Settings.AUTH_FILE);
        return file.isEmpty()
                ? new Users(config, UserList.EMPTY, false)
                : new Users(config, UserList.load(Path.of(file)), true);
    }

    /** Whether a user may come in without a proof, under trust: if the users file knows it. */
    public boolean isKnown(String user) {
        return !hasFile || list.secret(user) != null;
    }

    /** The names in the users file, in no order. */
    public Set<String> names() {
        return list.users();
    }

    /** The secret that a client must prove; null if it has none. */
    public @Nullable StoredSecret clientSecret(String user) {
        String secret = list.secret(user);
        return secret == null || secret.isEmpty() ? null : StoredSecret.parse(secret);
    }

    @Override
    public @Nullable StoredSecret secret(String user, String database) {
        for (Database entry : config.databases()) {
            String password = entry.password();
            String forced = entry.forcedUser();
            boolean isOfUser = forced == null || forced.equals(user);
            if (password != null && isOfUser && entry.dbname().equals(database)) {
                return StoredSecret.parse(password);
            }
        }
        return clientSecret(user);
    }

    /** Whether {@link #scramSecret} has to hash. */
    public boolean mustDerive(String user) {
        return clientSecret(user) instanceof StoredSecret.Plain && !derived.containsKey(user);
    }

    /**
     * The SCRAM secret of a user: the stored one, one made of its plain password, or, so that
     * nobody learns who is unknown, one that no password fits.
     */
    public ScramSecret scramSecret(String user) {
        return switch (clientSecret(user)) {
            case StoredSecret.Scram(ScramSecret secret) -> secret;
            case StoredSecret.Plain(String password) ->
                    derived.computeIfAbsent(user, _ -> derive(password));
            case StoredSecret.Md5 _ -> mock(user);
            case null -> mock(user);
        };
    }

    private ScramSecret derive(String password) {
        byte[] salt = new byte[ScramSecret.SALT_LENGTH];
        random.nextBytes(salt);
        return ScramSecret.derive(password, salt, config.get(Settings.SCRAM_ITERATIONS));
    }

    private ScramSecret mock(String user) {
        return dev.weir.protocol.auth.ScramServer.mock(
                user, mockSalt, config.get(Settings.SCRAM_ITERATIONS));
    }
}
