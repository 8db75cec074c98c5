package dev.weir.session;

import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The cancel keys of clients. They are Weir's own; those of servers never leave it. */
final class CancelRegistry {
    private static final int SECRET_BYTES_3_0 = 4;
    private static final int SECRET_BYTES_3_2 = 32;

    /** By process ID; if keys carry a peer's number, there are few IDs, and some are shared. */
    private final ConcurrentHashMap<Integer, List<Entry>> keys = new ConcurrentHashMap<>();

    private final RandomGenerator random;

    /**
     * @param random generates the process IDs; the secrets come from elsewhere
     */
    CancelRegistry(RandomGenerator random) {
        this.random = random;
    }

    /** The session that was given a key. */
    interface Holder {
        /**
         * Cancels what the session waits for or runs; may be called by any thread.
         *
         * @param done run once this can no longer hit anything that the session runs later
         */
        void cancel(Runnable done);
    }

    private record Entry(CancelSecret secret, boolean isPeers, Holder holder) {
        boolean isFor(CancelSecret presented) {
            return isPeers ? secret.matchesPassedOn(presented) : secret.matches(presented);
        }
    }

    /**
     * Generates a key for a session.
     *
     * @param peerId the {@code peer_id} of this process, which the key is to carry; 0 = none
     */
    CancelKey register(Holder holder, int protocolMinor, int peerId) {
        int length = protocolMinor >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0;
        int processId = random.nextInt(1, Integer.MAX_VALUE);
        var plain = new CancelKey(processId, CancelSecret.random(length));
        CancelKey key = peerId == 0 ? plain : plain.ofPeer(peerId);
        var entry = new Entry(key.secret(), peerId != 0, holder);
        keys.merge(key.processId(), List.of(entry), CancelRegistry::both);
        return key;
    }

    private static List<Entry> both(List<Entry> some, List<Entry> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return List.copyOf(all);
    }

    void remove(int processId, Holder holder) {
        keys.computeIfPresent(
                processId,
                (_, all) -> {
                    var left = new ArrayList<>(all);
                    left.removeIf(entry -> entry.holder == holder);
                    return left.isEmpty() ? null : List.copyOf(left);
                });
    }

    /** Finds the holder of a key; null if there is none. */
    @Nullable Holder find(CancelKey key) {
        for (Entry entry : keys.getOrDefault(key.processId(), List.of())) {
            if (entry.isFor(key.secret())) {
                return entry.holder;
            }
        }
        return null;
    }
}
