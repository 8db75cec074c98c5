package dev.weir.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What syslog would get by syslog_facility and syslog_ident, on a socket like its own. */
class SyslogTest {
    private static final LoggerContext CONTEXT = new LoggerContext();

    @TempDir private Path folder;
    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private static LoggingEvent event(Level level, String text) {
        return new LoggingEvent("test", CONTEXT.getLogger("test"), level, text, null, null);
    }

    @Test
    void writesWhatSyslogWrites() throws IOException, InterruptedException {
        assumeThat(Epoll.isAvailable()).isTrue();
        String file = folder.resolve("log").toString();
        try (var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory())) {
            new Bootstrap()
                    .group(group)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(
                            new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                                @Override
                                protected void channelRead0(
                                        ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                                    heard.add(packet.content().toString(StandardCharsets.UTF_8));
                                }
                            })
                    .bind(new DomainSocketAddress(file))
                    .syncUninterruptibly();
            var syslog = new Syslog(file, "local3", "pooler");
            syslog.write(event(Level.WARN, "too many"));
            syslog.write(event(Level.INFO, "process up"));
            long pid = ProcessHandle.current().pid();
            String time = "[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d";
            // local3 is 19; 4 is a warning, 6 information
            assertThat(next()).matches("<156>" + time + " pooler\\[" + pid + "]: too many");
            assertThat(next()).matches("<158>" + time + " pooler\\[" + pid + "]: process up");
            syslog.close();
        }
    }

    private String next() throws InterruptedException {
        return String.valueOf(heard.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void goesOnWithoutADaemon() throws IOException {
        var syslog = new Syslog(folder.resolve("nobody").toString(), "daemon", "pooler");
        syslog.write(event(Level.INFO, "lost"));
        syslog.close();
    }

    @Test
    void knowsItsFacilities() {
        assertThatThrownBy(() -> new Syslog(folder.resolve("log").toString(), "locale9", "x"))
                .hasMessageContaining("syslog_facility: \"locale9\" (expected: ");
    }
}
