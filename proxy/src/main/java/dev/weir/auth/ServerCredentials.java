package dev.weir.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.backend.Credential;
import dev.weir.backend.CredentialSource;
import dev.weir.backend.ServerTarget;
import dev.weir.config.Database;
import dev.weir.config.UserSettings;
import dev.weir.net.Clock;
import dev.weir.protocol.auth.StoredSecret;
import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What Weir logs in to servers with. The first available of the following: password or
 * password_file of the database entry that forces the user; password_file of the user; the user's
 * secret in auth_file; what a client's login revealed; the secret that auth_query finds; password
 * or password_file of an entry that forces no user. Thread-safe.
 */
public final class ServerCredentials implements CredentialSource, AutoCloseable {
    private static final int KEPT_MAX = 10_000;

    /** How often a password_file is checked while its password is refused. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Users users;
    private final Hashing hashing;
    private final Clock clock;
    private final ConcurrentHashMap<String, PasswordFile> files = new ConcurrentHashMap<>();

    /**
     * Returns the same object for the same secret, since the keys derived from a password are kept
     * with it.
     */
    private final Cache<Kept, Credential> kept =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();

    private record Kept(String of, String user) {}

    /**
     * Reads files when a server asks.
     *
     * @param hashing for logins to servers only, which those of clients must not delay; taken over
     */
    public ServerCredentials(Users users, Hashing hashing, Clock clock) {
        this.clock = clock;
        this.users = users;
        this.hashing = hashing;
    }

    @Override
    public void find(ServerTarget target, EventLoop loop, Consumer<Credential> then) {
        look(target, loop, false, then);
    }

    @Override
    public void refused(
            ServerTarget target,
            Credential credential,
            EventLoop loop,
            Consumer<@Nullable Credential> then) {
        users.proofs().forget(target.entry().name(), target.user(), credential);
        look(
                target,
                loop,
                true,
                found ->
                        then.accept(
                                found == credential || found instanceof Credential.None
                                        ? null
                                        : found));
    }

    @Override
    public boolean compute(Runnable work) {
        return hashing.submit(work);
    }

    @Override
    public long version(Database entry, String user) {
        return users.version()
                + users.proofs().version(entry.name(), user)
                + version(entry.passwordFile())
                + version(fileOf(user));
    }

    private long version(@Nullable String path) {
        return path == null ? 0 : file(path).version(LOOK_NANOS);
    }

    // --- the sources, in their order ----------------------------------------------------------

    private void look(
            ServerTarget target, EventLoop loop, boolean anew, Consumer<Credential> then) {
        Database entry = target.entry();
        String user = target.user();
        if (user.equals(entry.forcedUser()) && hasPassword(entry)) {
            ofEntry(entry, user, loop, anew, then);
            return;
        }
        String path = fileOf(user);
        String secret = users.listed(user);
        if (path != null) {
            read(path, loop, anew, then);
        } else if (secret != null && !secret.isEmpty()) {
            then.accept(ofSecret(entry, user, StoredSecret.parse(secret), "auth_file"));
        } else {
            fromClients(target, loop, anew, then);
        }
    }

    private void fromClients(
            ServerTarget target, EventLoop loop, boolean anew, Consumer<Credential> then) {
        Database entry = target.entry();
        String user = target.user();
        Credential proof = users.proofs().get(entry.name(), user);
        AuthQuery query = users.authQuery();
        if (proof != null) {
            then.accept(proof);
            return;
        }
        Consumer<Account> answer = account -> ofAccount(entry, account, loop, anew, then);
        if (query == null || !query.askForServer(user, entry, anew, loop, answer)) {
            ofEntry(entry, user, loop, anew, then);
        }
    }

    private void ofAccount(
            Database entry,
            Account account,
            EventLoop loop,
            boolean anew,
            Consumer<Credential> then) {
        StoredSecret secret = account.secret();
        if (secret != null) {
            then.accept(ofSecret(entry, account.user(), secret, "auth_query"));
        } else if (account instanceof Account.Unavailable failed) {
            then.accept(Credential.None.now("no password, as " + failed.reason() + ","));
        } else {
            ofEntry(entry, account.user(), loop, anew, then);
        }
    }

    private Credential ofSecret(Database entry, String user, StoredSecret secret, String origin) {
        Credential proof = users.proofs().get(entry.name(), user);
        return switch (secret) {
            case StoredSecret.Plain(String password) -> stored(origin, user, password);
            case StoredSecret.Md5(String hash) ->
                    proof instanceof Credential.Password ? proof : stored(origin, user, hash);
            case StoredSecret.Scram _ ->
                    proof != null
                            ? proof
                            : Credential.None.because(
                                    "only a SCRAM secret (from "
                                            + origin
                                            + "), which opens servers once a client has logged"
                                            + " in with its password,");
        };
    }

    private static boolean hasPassword(Database entry) {
        return entry.password() != null || entry.passwordFile() != null;
    }

    /** For an entry that forces no user, its password is the last resort. */
    private void ofEntry(
            Database entry, String user, EventLoop loop, boolean anew, Consumer<Credential> then) {
        String path = entry.passwordFile();
        String password = entry.password();
        if (path != null) {
            read(path, loop, anew, then);
        } else if (password != null) {
            then.accept(stored(entry.name(), user, password));
        } else {
            then.accept(
                    Credential.None.because(
                            "no password (in password, password_file, auth_file, auth_query)"));
        }
    }

    private Credential stored(String of, String user, String text) {
        Credential next =
                switch (StoredSecret.parse(text)) {
                    case StoredSecret.Md5(String hash) -> new Credential.Md5Hash(hash);
                    case StoredSecret.Plain _, StoredSecret.Scram _ ->
                            new Credential.Password(text);
                };
        return kept.asMap()
                .merge(
                        new Kept(of, user),
                        next,
                        (before, now) -> isSame(before, now) ? before : now);
    }

    private static boolean isSame(Credential before, Credential now) {
        return before instanceof Credential.Password one
                        && now instanceof Credential.Password two
                        && one.isSame(two)
                || before instanceof Credential.Md5Hash three
                        && now instanceof Credential.Md5Hash four
                        && three.isSame(four);
    }

    // --- password_file ------------------------------------------------------------------------

    private @Nullable String fileOf(String user) {
        UserSettings settings = users.config().user(user);
        return settings == null ? null : settings.passwordFile();
    }

    private PasswordFile file(String path) {
        return files.computeIfAbsent(path, _ -> new PasswordFile(path, clock));
    }

    /** Blocks, so not on a loop. */
    private void read(String path, EventLoop loop, boolean anew, Consumer<Credential> then) {
        Thread.ofVirtual()
                .name("weir-password-file")
                .start(() -> {
                    Credential found = file(path).read(anew);
                    loop.execute(() -> then.accept(found));
                });
    }

    @Override
    public void close() {
        hashing.close();
    }

    @Override
    public String toString() {
        return "ServerCredentials[" + users + "]";
    }
}
