package dev.weir.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.weir.backend.Credential;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that logins of clients have revealed, by user and database entry, in memory only:
 * SCRAM keys, and passwords that were sent in clear text and that Weir knows from no other source.
 * Weir uses them to log in to servers in the clients' names. Thread-safe; never printed.
 */
final class ClientProofs {
    /** The most that are kept; those used least are dropped. */
    static final int KEPT_MAX = 100_000;

    record Key(String entry, String user) {}

    private final Cache<Key, Credential> proofs =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final Cache<Key, AtomicLong> versions =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();

    @Nullable Credential get(String entry, String user) {
        return proofs.getIfPresent(new Key(entry, user));
    }

    /** Keeps {@code proof} in place of the previous one, unless that is the same. */
    void learn(String entry, String user, Credential proof) {
        Key key = new Key(entry, user);
        Credential before = proofs.getIfPresent(key);
        if (before == null || !isSame(before, proof)) {
            proofs.put(key, proof);
            versions.get(key, _ -> new AtomicLong()).incrementAndGet();
        }
    }

    private static boolean isSame(Credential before, Credential proof) {
        if (before instanceof Credential.Revealed one && proof instanceof Credential.Revealed two) {
            return one.key().isSame(two.key());
        }
        return before instanceof Credential.Password one
                && proof instanceof Credential.Password two
                && one.isSame(two);
    }

    /** Drops {@code refused}, unless another one has already replaced it. */
    void forget(String entry, String user, Credential refused) {
        proofs.asMap().remove(new Key(entry, user), refused);
    }

    /** How often the proof has changed. */
    long version(String entry, String user) {
        AtomicLong version = versions.getIfPresent(new Key(entry, user));
        return version == null ? 0 : version.get();
    }

    @Override
    public String toString() {
        return "ClientProofs[" + proofs.estimatedSize() + "]";
    }
}
