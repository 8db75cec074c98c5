package dev.weir.auth;

import dev.weir.backend.CredentialSource;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.Settings;
import dev.weir.config.UserList;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.util.concurrent.EventExecutor;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
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

    /** The names in the users file, in no order. */
    public Set<String> names() {
        return list.users();
    }

    /** The secret that a client must prove; null if it has none. */
    public @Nullable StoredSecret clientSecret(String user) {
        String secret = list.secret(user);
        return secret == null || secret.isEmpty() ? null : StoredSecret.parse(secret);
    }

    /**
     * Finds what a client must prove. Costs the same for a user that nobody knows.
     *
     * @param entry the database that the client asks for, whose {@code auth_query} counts; null for
     *     the console and for a database that does not exist
     * @param loop {@code then} runs there, and never before this returns
     */
    public void find(
            String user, @Nullable Database entry, EventExecutor loop, Consumer<Account> then) {
        String secret = list.secret(user);
        Account account =
                secret == null
                        ? new Account.Unknown(user)
                        : new Account.Known(
                                user, secret.isEmpty() ? null : StoredSecret.parse(secret));
        loop.execute(() -> then.accept(account));
    }

    /** Whether a user may come in without a proof, under trust: if the users file knows it. */
    public boolean isKnown(String user) {
        return !hasFile || list.secret(user) != null;
    }

    /** Whether a user may come in without a proof, under trust. */
    public boolean isKnown(Account account) {
        return account instanceof Account.Known || !hasFile;
    }

    /** Whether {@link #scramSecret(String)} has to hash. */
    public boolean mustDerive(String user) {
        return clientSecret(user) instanceof StoredSecret.Plain && !derived.containsKey(user);
    }

    /** Whether {@link #scramSecret(Account)} has to hash, which costs milliseconds. */
    public boolean mustDerive(Account account) {
        return account.secret() instanceof StoredSecret.Plain
                && !derived.containsKey(account.user());
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

    /**
     * The SCRAM secret of a user: the stored one, one made of its plain password, or, so that
     * nobody learns who is unknown, one that no password fits.
     */
    public ScramSecret scramSecret(Account account) {
        return scramSecret(account.user());
    }

    /**
     * A client has proved its password by SCRAM: with the key that its proof revealed Weir can log
     * in to servers in its name, if the account's secret is a SCRAM secret. Else nothing happens.
     *
     * @param clientKey of {@link dev.weir.protocol.auth.ScramServer#clientKey}; taken over
     */
    public void proved(Account account, @Nullable Database entry, byte[] clientKey) {}

    /**
     * A client has shown its password in clear text, and it was right: Weir can log in to servers
     * with it, as long as this process lives. May hash, so it belongs on a worker.
     */
    public void showed(Account account, @Nullable Database entry, String password) {}

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
