package dev.weir.auth;

import dev.weir.backend.Credential;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.UserList;
import dev.weir.pool.Pools;
import dev.weir.protocol.auth.RevealedKey;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The users that may log in: those of {@code auth_file}, those of the configuration itself, and
 * those that {@code auth_query} finds. Thread-safe.
 */
public final class Users implements Reloadable, AutoCloseable {
    private final ScramSecrets scramSecrets = new ScramSecrets();
    private final ClientProofs proofs = new ClientProofs();
    private final AtomicLong version = new AtomicLong();
    private volatile State state;
    private volatile @Nullable AuthQuery authQuery;

    /**
     * @param list the users of the file, and those of the configuration itself
     * @param accounts the same, by name
     */
    record State(
            Config config,
            UsersFile file,
            UserList list,
            Map<String, Account> accounts,
            Disguise disguise) {
        State(Config config, UsersFile file) {
            this(config, file, file.list().with(config.ownUsers()));
        }

        private State(Config config, UsersFile file, UserList list) {
            this(config, file, list, accounts(list));
        }

        private State(Config config, UsersFile file, UserList list, Map<String, Account> accounts) {
            this(config, file, list, accounts, Disguise.of(config, accounts.values()));
        }

        static Map<String, Account> accounts(UserList users) {
            Map<String, Account> accounts = HashMap.newHashMap(users.users().size());
            for (String user : users.users()) {
                String secret = users.secret(user);
                StoredSecret stored =
                        secret == null || secret.isEmpty() ? null : StoredSecret.parse(secret);
                accounts.put(user, new Account.Known(user, stored));
            }
            return accounts;
        }
    }

    private Users(State state) {
        this.state = state;
    }

    /**
     * Reads {@code auth_file}.
     *
     * @throws ConfigException if it cannot be read
     */
    public static Users load(Config config) throws ConfigException {
        return new Users(new State(config, UsersFile.read(config, null)));
    }

    /** From now on, {@code auth_query} can be asked. */
    public void start(Pools pools) {
        authQuery = new AuthQuery(state.config, pools);
    }

    /** Reads {@code auth_file} again if it has changed. */
    @Override
    public Runnable prepare(Config next) throws ConfigException {
        State prepared = new State(next, UsersFile.read(next, state.file));
        return () -> {
            state = prepared;
            version.incrementAndGet();
            AuthQuery query = authQuery;
            if (query != null) {
                query.configure(next);
            }
        };
    }

    // --- clients ------------------------------------------------------------------------------

    /**
     * Finds what a client must prove. The answer is never older than the question, and costs the
     * same for an unknown user.
     *
     * @param entry the database that the client asks for, whose {@code auth_query} applies; null
     *     for the console and for a database that does not exist
     * @param loop {@code then} runs there, and never before this returns
     */
    public void find(
            String user, @Nullable Database entry, EventExecutor loop, Consumer<Account> then) {
        Account known = state.accounts.get(user);
        AuthQuery query = authQuery;
        if (known == null && query != null && query.ask(user, entry, loop, then)) {
            return;
        }
        Account account = known == null ? new Account.Unknown(user) : known;
        loop.execute(() -> then.accept(account));
    }

    /** Whether a user may log in without authentication, with the method trust. */
    public boolean isKnown(Account account) {
        State now = state;
        boolean anybody =
                !now.file.exists()
                        && now.list.isEmpty()
                        && now.config.get(Settings.AUTH_USER).isEmpty();
        return account instanceof Account.Known || anybody && account instanceof Account.Unknown;
    }

    /** The names in the users file, in no particular order. */
    public Set<String> names() {
        return state.list.users();
    }

    /** Whether {@link #scramSecret} has to hash, which costs milliseconds. */
    public boolean mustDerive(Account account) {
        return scramSecrets.mustDerive(account, state.disguise);
    }

    /**
     * The SCRAM secret of a user, or one that looks like it, so that nobody learns who is unknown.
     */
    public ScramSecret scramSecret(Account account) {
        return scramSecrets.of(account, state.disguise);
    }

    /** Whether the method md5 means SCRAM for this user. */
    public boolean provesByScram(Account account) {
        return comparedWith(account) instanceof StoredSecret.Scram;
    }

    /**
     * What a password is compared with: the user's secret, or that of somebody else, so that it
     * takes as long; in that case the result does not count.
     */
    public StoredSecret comparedWith(Account account) {
        StoredSecret secret = account.secret();
        return secret == null ? state.disguise.standIn(account.user()) : secret;
    }

    /**
     * Whether this is the user's password. May hash, so it belongs on a worker; for a user without
     * a secret it takes as long as for others.
     */
    public boolean accepts(Account account, String password) {
        boolean fits = comparedWith(account).accepts(account.user(), password);
        return fits && account.secret() != null;
    }

    // --- what logins reveal -------------------------------------------------------------------

    /**
     * Remembers that a client has proved its password by SCRAM: with the key revealed by its proof,
     * Weir can log in to servers in its name, if the account's secret is a SCRAM secret. Otherwise
     * does nothing.
     *
     * @param clientKey of {@link ScramServer#clientKey}
     */
    public void proved(Account account, @Nullable Database entry, byte[] clientKey) {
        if (entry != null
                && account.secret() instanceof StoredSecret.Scram(ScramSecret secret)
                && isCurrent(account.user(), secret)) {
            var key = new RevealedKey(secret, clientKey);
            learn(account.user(), entry, new Credential.Revealed(key));
        }
    }

    /**
     * Remembers that a client has sent its password in clear text, and that it was right: Weir can
     * log in to servers with it as long as this process runs. May hash, so it belongs on a worker.
     */
    public void showed(Account account, @Nullable Database entry, String password) {
        if (entry == null || password.isEmpty()) {
            return;
        }
        switch (account.secret()) {
            case StoredSecret.Plain _ -> {} // Weir has it already
            case StoredSecret.Scram(ScramSecret secret) ->
                    learn(
                            account.user(),
                            entry,
                            new Credential.Revealed(RevealedKey.of(secret, password)));
            case StoredSecret.Md5 _ ->
                    learn(account.user(), entry, new Credential.Password(password));
            case null -> learn(account.user(), entry, new Credential.Password(password));
        }
    }

    /** Whether no RELOAD has changed the user's secret during its login. */
    private boolean isCurrent(String user, ScramSecret secret) {
        Account known = state.accounts.get(user);
        StoredSecret now = known == null ? null : known.secret();
        return now == null || now instanceof StoredSecret.Scram(var own) && secret.equals(own);
    }

    private void learn(String user, Database entry, Credential proof) {
        String forced = entry.forcedUser();
        if (forced == null || forced.equals(user)) {
            proofs.learn(entry.name(), user, proof);
        }
    }

    // --- for logins to servers ----------------------------------------------------------------

    Config config() {
        return state.config;
    }

    /** The secret of a user in the users file or the configuration; null if it has none. */
    @Nullable String listed(String user) {
        return state.list.secret(user);
    }

    @Nullable AuthQuery authQuery() {
        return authQuery;
    }

    ClientProofs proofs() {
        return proofs;
    }

    /** How often {@link #prepare} was carried out. */
    long version() {
        return version.get();
    }

    @Override
    public void close() {
        AuthQuery query = authQuery;
        if (query != null) {
            query.close();
        }
    }

    @Override
    public String toString() {
        return "Users[" + state.file + "]";
    }
}
