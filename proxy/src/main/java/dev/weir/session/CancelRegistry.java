package dev.weir.session;

import dev.weir.protocol.CancelKey;
import dev.weir.protocol.CancelSecret;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** The cancel keys that clients were given. They are Weir's own; the servers' never leave it. */
public final class CancelRegistry {
    private static final int SECRET_BYTES_3_0 = 4;
    private static final int SECRET_BYTES_3_2 = 32;

    private final ConcurrentHashMap<Integer, Held> keys = new ConcurrentHashMap<>();

    private record Held(CancelSecret secret, Session session) {}

    /** Makes a key for a session. */
    CancelKey register(Session session, int protocolMinor) {
        int length = protocolMinor >= 2 ? SECRET_BYTES_3_2 : SECRET_BYTES_3_0;
        CancelSecret secret = CancelSecret.random(length);
        var held = new Held(secret, session);
        while (true) {
            int processId = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
            if (keys.putIfAbsent(processId, held) == null) {
                return new CancelKey(processId, secret);
            }
        }
    }

    void remove(int processId) {
        keys.remove(processId);
    }

    /** Finds the session of a key; null if it is nobody's. */
    public @Nullable Session find(CancelKey key) {
        Held held = keys.get(key.processId());
        return held != null && held.secret.matches(key.secret()) ? held.session : null;
    }
}
