package dev.weir.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.protocol.auth.ScramSecret;
import dev.weir.protocol.auth.ScramServer;
import dev.weir.protocol.auth.StoredSecret;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The secrets used in SCRAM exchanges, whatever is stored. Thread-safe. */
final class ScramSecrets {
    /** Secrets that were derived from plain passwords, kept so that each is derived only once. */
    private static final int DERIVED_MAX = 10_000;

    private final byte[] mockSalt = new byte[16];
    private final SecureRandom random = new SecureRandom();
    private final Cache<String, Derived> derived =
            Caffeine.newBuilder().maximumSize(DERIVED_MAX).build();

    /**
     * The users for whom a derivation was simulated: they would have a secret in {@link #derived}.
     */
    private final Cache<String, Boolean> feigned =
            Caffeine.newBuilder().maximumSize(DERIVED_MAX).build();

    private record Derived(String password, ScramSecret secret) {
        @Override
        public String toString() {
            return "Derived";
        }
    }

    ScramSecrets() {
        random.nextBytes(mockSalt);
    }

    /** Whether {@link #of} has to hash, which costs milliseconds. */
    boolean mustDerive(Account account, Disguise disguise) {
        String user = account.user();
        return switch (account.secret()) {
            case StoredSecret.Plain(String password) -> derived(user, password, disguise) == null;
            case StoredSecret.Scram _, StoredSecret.Md5 _ -> false;
            case null -> mustFeign(user, disguise);
        };
    }

    /**
     * The SCRAM secret of a user: the stored one, one derived from its plain password, or one that
     * no password fits.
     */
    ScramSecret of(Account account, Disguise disguise) {
        String user = account.user();
        // Derived for everybody, so that it takes the same time for everybody.
        ScramSecret mock = ScramServer.mock(user, mockSalt, disguise.iterations(user));
        return switch (account.secret()) {
            case StoredSecret.Scram(ScramSecret secret) -> secret;
            case StoredSecret.Plain(String password) -> derive(user, password, disguise);
            case StoredSecret.Md5 _ -> mock;
            case null -> {
                if (mustFeign(user, disguise)) {
                    ScramSecret _ = ScramSecret.derive(user, mock.salt(), mock.iterations());
                    feigned.put(user, true);
                }
                yield mock;
            }
        };
    }

    private boolean mustFeign(String user, Disguise disguise) {
        return disguise.standIn(user) instanceof StoredSecret.Plain
                && feigned.getIfPresent(user) == null;
    }

    private @Nullable ScramSecret derived(String user, String password, Disguise disguise) {
        Derived before = derived.getIfPresent(user);
        if (before == null || !before.password.equals(password)) {
            return null;
        }
        return before.secret.iterations() == disguise.ownIterations() ? before.secret : null;
    }

    private ScramSecret derive(String user, String password, Disguise disguise) {
        ScramSecret before = derived(user, password, disguise);
        if (before != null) {
            return before;
        }
        byte[] salt = new byte[ScramSecret.SALT_LENGTH];
        random.nextBytes(salt);
        ScramSecret secret = ScramSecret.derive(password, salt, disguise.ownIterations());
        derived.put(user, new Derived(password, secret));
        return secret;
    }
}
