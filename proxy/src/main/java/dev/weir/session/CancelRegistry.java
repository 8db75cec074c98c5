package dev.weir.session;

import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The cancel keys that clients were given. They are Weir's own; the servers' never leave it. */
final class CancelRegistry {
    private static final int SECRET_BYTES_3_0 = 4;
    private static final int SECRET_BYTES_3_2 = 32;

    /** By the number of the session; of a peer's numbers there are few, so that some share one. */
    private final ConcurrentHashMap<Integer, List<Held>> keys = new ConcurrentHashMap<>();

    private final RandomGenerator random;

    /**
     * @param random gives the numbers; the secrets come from elsewhere
     */
    CancelRegistry(RandomGenerator random) {
        this.random = random;
    }

    /** Who was given a key. */
    interface Holder {
        /**
         * Cancels what it waits for or runs; called from any thread.
         *
         * @param done run once this can hit nothing that it runs later
         */
        void cancel(Runnable done);
    }

    private record Held(CancelSecret secret, boolean isPeers, Holder holder) {
        boolean isFor(CancelSecret presented) {
            return isPeers ? secret.matchesPassedOn(presented) : secret.matches(presented);
        }
    }

    /**
     * Makes a key for a session.
     *
     * @param peerId the number of this process, which the key is to carry; 0 = none
     */
    CancelKey register(Holder holder, int protocolMinor, int peerId) {
        int length = protocolMinor >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0;
        int processId = random.nextInt(1, Integer.MAX_VALUE);
        var plain = new CancelKey(processId, CancelSecret.random(length));
        CancelKey key = peerId == 0 ? plain : plain.ofPeer(peerId);
        var held = new Held(key.secret(), peerId != 0, holder);
        keys.merge(key.processId(), List.of(held), CancelRegistry::both);
        return key;
    }

    private static List<Held> both(List<Held> some, List<Held> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    void remove(int processId, Holder holder) {
        keys.computeIfPresent(
                processId,
                (_, all) -> {
                    var left = new ArrayList<>(all);
                    left.removeIf(held -> held.holder == holder);
                    return left.isEmpty() ? null : List.copyOf(left);
                });
    }

    /** Finds whose a key is; null if it is nobody's. */
    @Nullable Holder find(CancelKey key) {
        for (Held held : keys.getOrDefault(key.processId(), List.of())) {
            if (held.isFor(key.secret())) {
                return held.holder;
            }
        }
        return null;
    }
}
