package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pgkit.ServerError;
import dev.weir.pgkit.WireClient;
import dev.weir.support.Rig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long a refusal takes tells nothing of who is known. Without auth_failure_delay, which would
 * hide it: known users with a wrong password, the same once more for the noise, and strangers, in
 * turn. {@code DisguiseTest} shows that the same work is done for both; this shows that nothing
 * else tells them apart, in {@code ./dev long}.
 */
@Tag("alone")
class LoginTimingIT {
    private static final int LOGINS = 2_000;

    /** A derivation takes some milliseconds; what is found must be far below, on any machine. */
    private static final long DIFFERENCE_NANOS_MAX = 700_000;

    private enum Kind {
        KNOWN,
        KNOWN_AGAIN,
        STRANGER
    }

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "scram-sha-256, secret",
        "md5, secret",
        "plain, secret",
        "scram-sha-256,"
            + " SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "plain,"
            + " SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    })
    void strangersTakeAsLong(String type, String secret) {
        Path users = LoginAttempt.write(folder.resolve("users"), "\"bob\" \"" + secret + "\"\n");
        try (Rig rig =
                Rig.with(
                        LoginAttempt.entry("app"),
                        "auth_type = " + type,
                        "auth_file = " + users,
                        "auth_failure_delay = 0")) {
            Map<Kind, long[]> times = measure(rig);
            long known = usual(times, Kind.KNOWN);
            long noise = Math.abs(usual(times, Kind.KNOWN_AGAIN) - known);
            long difference = Math.abs(usual(times, Kind.STRANGER) - known);
            System.out.printf(
                    "timing %s %.5s logins=%d known=%d us noise=%d us difference=%d us%n",
                    type, secret, LOGINS, known / 1_000, noise / 1_000, difference / 1_000);
            assertThat(difference).isLessThan(Math.max(DIFFERENCE_NANOS_MAX, 3 * noise));
        }
    }

    private static Map<Kind, long[]> measure(Rig rig) {
        List<Kind> turns = new ArrayList<>(List.of(Kind.values()));
        Map<Kind, long[]> times = new EnumMap<>(Kind.class);
        turns.forEach(kind -> times.put(kind, new long[LOGINS]));
        for (int i = -20; i < LOGINS; i++) {
            Collections.rotate(turns, 1);
            for (Kind kind : turns) {
                long nanos = refusal(rig, kind == Kind.STRANGER ? "eve" : "bob");
                if (i >= 0) {
                    Objects.requireNonNull(times.get(kind))[i] = nanos;
                }
            }
        }
        return times;
    }

    private static long refusal(Rig rig, String user) {
        try (WireClient client = rig.connect()) {
            long before = System.nanoTime();
            assertThatThrownBy(() -> client.login(user, "app", "wrong"))
                    .isInstanceOf(ServerError.class);
            return System.nanoTime() - before;
        }
    }

    /** The lower quartile: what else the machine does makes the upper half longer, not this. */
    private static long usual(Map<Kind, long[]> times, Kind kind) {
        long[] sorted = Objects.requireNonNull(times.get(kind)).clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 4];
    }
}
