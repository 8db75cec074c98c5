package dev.weir.login;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.net.Clock;
import dev.weir.net.Origin;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class FailedLoginsTest {
    private static final int MAX = 3;

    private final MockTicker now = Ticker.newMockTicker();
    private final FailedLogins failed = new FailedLogins(new Clock(now, InstantSource.system()));

    private static Origin from(String address) {
        return Origin.tcp(new InetSocketAddress(InetAddress.ofLiteral(address), 1));
    }

    private void fail(Origin origin, int times) {
        for (int i = 0; i < times; i++) {
            failed.failed(origin, MAX);
        }
    }

    @Test
    void blocksAtTheLimitAndOnlyThatAddress() {
        fail(from("10.0.0.1"), MAX - 1);
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isFalse();
        assertThat(failed.failed(from("10.0.0.1"), MAX)).isTrue();
        assertThat(failed.failed(from("10.0.0.1"), MAX)).isFalse(); // told once
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isTrue();
        assertThat(failed.isBlocked(from("10.0.0.2"), MAX)).isFalse();
    }

    @Test
    void forgetsAfterAMinute() {
        fail(from("10.0.0.1"), MAX);
        now.advance(FailedLogins.WINDOW_NANOS - 1, NANOSECONDS);
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isTrue();
        now.advance(1, NANOSECONDS);
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isFalse();
        fail(from("10.0.0.1"), MAX - 1);
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isFalse();
    }

    @Test
    void countsANetworkOfIpv6AsOne() {
        fail(from("2001:db8:1:2::1"), 1);
        fail(from("2001:db8:1:2:ffff::9"), MAX - 1);
        assertThat(failed.isBlocked(from("2001:db8:1:2:3:4:5:6"), MAX)).isTrue();
        assertThat(failed.isBlocked(from("2001:db8:1:3::1"), MAX)).isFalse();
    }

    @Test
    void countsNeitherUnixSocketsNorWithoutALimit() {
        fail(Origin.unix(1, 1), MAX + 1);
        assertThat(failed.isBlocked(Origin.unix(1, 1), MAX)).isFalse();
        fail(from("10.0.0.1"), MAX + 1);
        assertThat(failed.isBlocked(from("10.0.0.1"), 0)).isFalse();
    }
}
