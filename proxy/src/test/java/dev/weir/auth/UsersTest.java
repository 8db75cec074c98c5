package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.backend.Credential;
import dev.weir.backend.ServerTarget;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.SocketSettings;
import dev.weir.net.Clock;
import dev.weir.protocol.auth.RevealedKey;
import dev.weir.protocol.auth.ScramSecret;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class UsersTest {
    private static final ScramSecret SCRAM = ScramSecret.derive("moon", new byte[] {1, 2, 3}, 16);

    @TempDir Path directory;
    private final EventLoop loop = new DefaultEventLoop();
    private final Hashing hashing = new Hashing(1, 10);

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        hashing.close();
    }

    /** Two entries may lead to one database, each with a user of its own. */
    @Test
    void keepsThePasswordOfAnEntryForItsUser() throws Exception {
        Config config =
                config(
                        """
                        reports = host=a dbname=app user=report password=rain
                        app = host=a user=writer password=sun
                        """,
                        "");
        assertThat(find(config, "reports", "report")).is(password("rain"));
        assertThat(find(config, "app", "writer")).is(password("sun"));
        assertThat(find(config, "app", "somebody")).is(password("sun"));
    }

    /** The same database and user on two hosts: the entry tells them apart. */
    @Test
    void keepsThePasswordsOfTwoHostsApart() throws Exception {
        Config config =
                config(
                        """
                        east = host=a dbname=app user=app password=sun
                        west = host=b dbname=app user=app password=rain
                        """,
                        "");
        assertThat(find(config, "east", "app")).is(password("sun"));
        assertThat(find(config, "west", "app")).is(password("rain"));
    }

    @Test
    void whatIsNearestToTheLoginCounts() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "snow\n");
        Path own = Files.writeString(directory.resolve("own"), "hail\n");
        Path list =
                Files.writeString(
                        directory.resolve("users"),
                        """
                        "app" "cloud"
                        "bob" "fog"
                        "amy" "mist"
                        "md" "md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                        """);
        Config config =
                config(
                        """
                        forced = host=a user=app password_file=%s
                        free = host=a password=last
                        [users]
                        amy = password_file=%s
                        """
                                .formatted(token, own),
                        "auth_file = " + list);
        assertThat(find(config, "forced", "app")).is(password("snow"));
        assertThat(find(config, "free", "app")).is(password("cloud"));
        assertThat(find(config, "free", "bob")).is(password("fog"));
        assertThat(find(config, "free", "amy")).is(password("hail"));
        assertThat(find(config, "free", "md")).isInstanceOf(Credential.Md5Hash.class);
        assertThat(find(config, "free", "eve")).is(password("last"));
    }

    @Test
    void aScramSecretOpensServersOnceItsClientHasLoggedIn() throws Exception {
        Config config = config("app = host=a\nother = host=b\n", "auth_file = " + scramFile());
        Users users = Users.load(config);
        var source = new ServerCredentials(users, hashing, Clock.system());
        ServerTarget target = target(config, "app", "bob");
        assertThat(find(source, target).toString())
                .isEqualTo(
                        "only a SCRAM secret (from auth_file), which opens servers once a client"
                                + " has logged in with its password,");
        long before = source.version(target.entry(), "bob");
        var known = new Account.Known("bob", new dev.weir.protocol.auth.StoredSecret.Scram(SCRAM));
        byte[] key = new byte[32];
        users.proved(known, target.entry(), key);
        Credential revealed = find(source, target);
        assertThat(revealed).isInstanceOf(Credential.Revealed.class);
        assertThat(source.version(target.entry(), "bob")).isNotEqualTo(before);
        assertThat(find(source, target(config, "other", "bob")))
                .isInstanceOf(Credential.None.class);
        users.proved(known, target.entry(), key.clone());
        assertThat(find(source, target)).as("the same key").isSameAs(revealed);
        assertThat(another(source, target, revealed)).as("after a refusal").isNull();
        assertThat(find(source, target)).isInstanceOf(Credential.None.class);
    }

    /** A client that shows its password in clear text reveals the same key. */
    @Test
    void aPasswordThatWasShownBecomesAKeyAndIsNotKept() throws Exception {
        Config config = config("app = host=a\n", "auth_file = " + scramFile());
        Users users = Users.load(config);
        var source = new ServerCredentials(users, hashing, Clock.system());
        ServerTarget target = target(config, "app", "bob");
        users.showed(
                new Account.Known("bob", new dev.weir.protocol.auth.StoredSecret.Scram(SCRAM)),
                target.entry(),
                "moon");
        assertThat(find(source, target))
                .isInstanceOfSatisfying(
                        Credential.Revealed.class,
                        found ->
                                assertThat(found.key().isSame(RevealedKey.of(SCRAM, "moon")))
                                        .isTrue());
        users.showed(new Account.Unknown("ldap"), target.entry(), "stars");
        assertThat(find(source, target(config, "app", "ldap"))).is(password("stars"));
    }

    @Test
    void theUsersFileIsReadAgainOnlyIfItHasChanged() throws Exception {
        Path file = Files.writeString(directory.resolve("users"), "\"bob\" \"sun\"\n");
        Config config = config("app = host=a\n", "auth_file = " + file);
        Users users = Users.load(config);
        var source = new ServerCredentials(users, hashing, Clock.system());
        ServerTarget target = target(config, "app", "bob");
        Credential first = find(source, target);
        users.prepare(config).run();
        assertThat(find(source, target)).isSameAs(first);

        Files.writeString(file, "\"bob\" \"rain\"\n");
        assertThat(find(source, target)).as("before the reload").isSameAs(first);
        long version = source.version(target.entry(), "bob");
        users.prepare(config).run();
        assertThat(find(source, target)).is(password("rain"));
        assertThat(source.version(target.entry(), "bob")).isNotEqualTo(version);

        Files.writeString(file, "nonsense");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThatThrownBy(() -> users.prepare(config)).isInstanceOf(ConfigException.class);
        assertThat(find(source, target)).as("after a reload that failed").is(password("rain"));
    }

    @Test
    void nothingPrintsASecret() throws Exception {
        Config config =
                config("app = host=a user=bob password=sun\n", "auth_file = " + scramFile());
        Users users = Users.load(config);
        var source = new ServerCredentials(users, hashing, Clock.system());
        Credential found = find(source, target(config, "app", "bob"));
        assertThat(users + " " + source + " " + found + " " + users.proofs())
                .doesNotContain("sun", SCRAM.format());
        assertThat(target(config, "app", "bob").toString()).doesNotContain("sun");
    }

    private Path scramFile() throws IOException {
        return Files.writeString(
                directory.resolve("scram"), "\"bob\" \"" + SCRAM.format() + "\"\n");
    }

    private static Config config(String databases, String settings) throws ConfigException {
        return Config.parse(
                "weir.ini",
                "[databases]\n" + databases + "[pgbouncer]\nlisten_addr = 127.0.0.1\n" + settings);
    }

    private static ServerTarget target(Config config, String entry, String user) {
        Database database = config.database(entry);
        assertThat(database).isNotNull();
        return new ServerTarget(
                java.util.Objects.requireNonNull(database),
                database.hosts().getFirst(),
                user,
                Map.of(),
                Duration.ofSeconds(1),
                null,
                new ServerTarget.LoginRules(false, 1_000, null),
                SocketSettings.of(config));
    }

    private Credential find(Config config, String entry, String user) throws ConfigException {
        var source = new ServerCredentials(Users.load(config), hashing, Clock.system());
        return find(source, target(config, entry, user));
    }

    private Credential find(ServerCredentials source, ServerTarget target) {
        var found = new CompletableFuture<Credential>();
        source.find(target, loop, found::complete);
        return found.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private @Nullable Credential another(
            ServerCredentials source, ServerTarget target, Credential refused) {
        var found = new CompletableFuture<@Nullable Credential>();
        source.refused(target, refused, loop, found::complete);
        return found.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static org.assertj.core.api.Condition<Credential> password(String text) {
        return new org.assertj.core.api.Condition<>(
                found ->
                        found instanceof Credential.Password password
                                && password.isSame(new Credential.Password(text)),
                "the password " + text);
    }
}
