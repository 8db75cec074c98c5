package dev.weir.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.net.Origin;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class FailedLoginsTest {
    private static final int MAX = 3;

    private final AtomicLong now = new AtomicLong();
    private final FailedLogins failed = new FailedLogins(now::get);

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
        now.addAndGet(FailedLogins.WINDOW_NANOS - 1);
        assertThat(failed.isBlocked(from("10.0.0.1"), MAX)).isTrue();
        now.addAndGet(1);
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
