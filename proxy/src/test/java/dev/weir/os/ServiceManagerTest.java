package dev.weir.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd would hear, on a socket as it makes them. */
@NullMarked
final class ServiceManagerTest {
    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private void listen(String name, Runnable test) {
        assumeThat(Epoll.isAvailable()).isTrue();
        try (var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory())) {
            Channel channel =
                    new Bootstrap()
                            .group(group)
                            .channel(EpollDomainDatagramChannel.class)
                            .handler(
                                    new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                                        @Override
                                        protected void channelRead0(
                                                ChannelHandlerContext ctx,
                                                DomainDatagramPacket packet) {
                                            heard.add(
                                                    packet.content()
                                                            .toString(StandardCharsets.UTF_8));
                                        }
                                    })
                            .bind(new DomainSocketAddress(name))
                            .syncUninterruptibly()
                            .channel();
            test.run();
            channel.close().syncUninterruptibly();
        }
    }

    private String next() {
        try {
            return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tellsOfStartReloadAndStop(@TempDir Path directory) {
        String socket = directory.resolve("notify").toString();
        listen(
                socket,
                () -> {
                    var manager =
                            ServiceManager.of(
                                    Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "3000000"));
                    assertThat(manager.watchdog()).isEqualTo(Duration.ofSeconds(3));
                    manager.isReady("up");
                    assertThat(next()).startsWith("READY=1\n").endsWith("\nSTATUS=up");
                    manager.reloads();
                    assertThat(next()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+");
                    manager.stops("bye");
                    assertThat(next()).isEqualTo("STOPPING=1\nSTATUS=bye");
                    manager.isAlive();
                    assertThat(next()).isEqualTo("WATCHDOG=1");
                });
    }

    @Test
    void saysNothingWhereNobodyListens() {
        ServiceManager.of(Map.of()).isReady("up");
        ServiceManager.of(Map.of("NOTIFY_SOCKET", "/nowhere/notify")).isReady("up");
        assertThat(ServiceManager.of(Map.of("WATCHDOG_USEC", "1")).watchdog()).isZero();
    }

    @Test
    void isNotTheWatchdogOfAnother(@TempDir Path directory) {
        String socket = directory.resolve("notify").toString();
        var others =
                Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "3000000", "WATCHDOG_PID", "1");
        assertThat(ServiceManager.of(others).watchdog()).isZero();
    }
}
