package dev.weir.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weir.config.AuditClass;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Origin;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class AuditTargetsTest {
    private static final AuditRecord LOGIN =
            new AuditRecord(
                    Instant.EPOCH,
                    Set.of(AuditClass.CONNECTION),
                    "login",
                    new ClientIdentity.Named(7, "ann", "app", Origin.UNKNOWN, "a\nb"),
                    "a\nb",
                    null,
                    0,
                    null,
                    "success",
                    "00000",
                    -1,
                    1_500_000);

    private final Path folder;

    AuditTargetsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static Config config(String... lines) throws ConfigException {
        return Config.parse(
                "x.ini", "[pgbouncer]\n" + String.join("\n", lines) + "\n[databases]\n* =\n");
    }

    @Test
    void writesToSyslogAndToTheFile() throws ConfigException, IOException, InterruptedException {
        assumeThat(Epoll.isAvailable()).isTrue();
        var heard = new LinkedBlockingQueue<String>();
        String socket = folder.resolve("log").toString();
        Path file = folder.resolve("audit.json");
        Config both =
                config(
                        "audit = connection",
                        "audit_syslog = 1",
                        "syslog_facility = local3",
                        "syslog_ident = pooler",
                        "audit_file = " + file);
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
                    .bind(new DomainSocketAddress(socket))
                    .syncUninterruptibly();
            try (AuditTargets targets = AuditTargets.open(both, socket)) {
                String line = LOGIN.line();
                assertThat(targets.tell(LOGIN, line)).isTrue();
                targets.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)));

                assertThat(heard.poll(10, TimeUnit.SECONDS))
                        .startsWith("<158>")
                        .contains("pooler-audit[")
                        .endsWith(line);
                assertThat(Files.readString(file)).isEqualTo(line);
            }
        }
    }

    @Test
    void saysThatTheDaemonTakesNothing() throws ConfigException, IOException {
        Config config = config("audit = connection", "audit_syslog = 1");
        try (AuditTargets targets = AuditTargets.open(config, folder.resolve("none").toString())) {
            assertThat(targets.tell(LOGIN, LOGIN.line())).isFalse();
        }
    }

    @Test
    void opensNothingIfNothingIsAudited() throws ConfigException, IOException {
        Path file = folder.resolve("audit.json");
        AuditTargets.open(config("audit_file = " + file)).close();

        assertThat(file).doesNotExist();
    }

    @Test
    void isOneLine() {
        assertThat(LOGIN.line())
                .isEqualTo(
                        ("{\"time\":\"1970-01-01T00:00:00Z\",\"pid\":%d,\"class\":[\"connection\"],"
                                        + "\"event\":\"login\",\"client\":\"0xc00000000007\","
                                        + "\"user\":\"ann\",\"database\":\"app\","
                                        + "\"address\":\"unix\",\"application_name\":\"a\\nb\","
                                        + "\"outcome\":\"success\",\"sqlstate\":\"00000\","
                                        + "\"ms\":1.500}")
                                .formatted(ProcessHandle.current().pid()));
    }
}
