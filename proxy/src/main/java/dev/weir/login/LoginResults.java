package dev.weir.login;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** How many attempts to log in ended in which way. Thread-safe. */
@SuppressWarnings("EnumOrdinal") // it never leaves the process
final class LoginResults {
    private final AtomicLongArray counts = new AtomicLongArray(LoginResult.values().length);

    void count(LoginResult result) {
        counts.incrementAndGet(result.ordinal());
    }

    /** The counts of all results, in their order. */
    Map<LoginResult, Long> read() {
        Map<LoginResult, Long> all = new EnumMap<>(LoginResult.class);
        for (LoginResult result : LoginResult.values()) {
            all.put(result, counts.get(result.ordinal()));
        }
        return all;
    }
}
