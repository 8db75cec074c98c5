package dev.weir.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Database;
import dev.weir.config.SocketSettings;
import dev.weir.protocol.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What is said to a server that asks, with TLS and without. */
@NullMarked
final class ServerAuthenticationTest {
    private static final String BOTH = "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
    private static final String ONE = "SCRAM-SHA-256\0\0";
    private static final byte[] END_POINT = {1, 2, 3};
    private static final Credential SUN = new Credential.Password("sun");

    private final List<RuntimeException> failures = new ArrayList<>();
    private final ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
    private final EmbeddedChannel channel = new EmbeddedChannel(handler);
    private final ChannelHandlerContext ctx =
            Objects.requireNonNull(channel.pipeline().context(handler));

    @Test
    void bindsToTheCertificateWhereTheServerCan() throws ConfigException {
        ServerAuthentication login = login("host=a", SUN);
        login.encrypted(END_POINT);
        login.take(ctx, demand(10, BOTH));
        assertThat(sent())
                .startsWith("SCRAM-SHA-256-PLUS\0")
                .contains("p=tls-server-end-point,,n=");
    }

    /** So that a server that was heard to offer nothing notices that it did. */
    @Test
    void saysThatItCouldHaveBound() throws ConfigException {
        ServerAuthentication login = login("host=a", SUN);
        login.encrypted(END_POINT);
        login.take(ctx, demand(10, ONE));
        assertThat(sent()).startsWith("SCRAM-SHA-256\0").contains("y,,n=");
    }

    @Test
    void cannotBindToACertificateWithoutAHash() throws ConfigException {
        ServerAuthentication login = login("host=a", SUN);
        login.encrypted(null);
        login.take(ctx, demand(10, BOTH));
        assertThat(sent()).startsWith("SCRAM-SHA-256\0").contains("n,,n=");
    }

    @Test
    void doesNotBelieveInChannelBindingWithoutTls() throws ConfigException {
        ServerAuthentication login = login("host=a", SUN);
        assertThatThrownBy(() -> login.take(ctx, demand(10, BOTH)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessage("the server offers SCRAM-SHA-256-PLUS on a connection without TLS");
    }

    @Test
    void sendsThePasswordInClearTextWhereNobodyListens() throws ConfigException {
        ServerAuthentication tls = login("host=a", SUN);
        tls.encrypted(null);
        tls.take(ctx, demand(3, ""));
        assertThat(sent()).isEqualTo("sun\0");
        ServerAuthentication unix = login("host=/tmp", SUN);
        unix.take(ctx, demand(3, ""));
        assertThat(sent()).isEqualTo("sun\0");
        ServerAuthentication tcp = login("host=a", SUN);
        tcp.take(ctx, demand(3, ""));
        assertThat(failures)
                .singleElement()
                .asString()
                .contains("over a connection without TLS (server_allow_cleartext = 0)");
    }

    @Test
    void saysWhatItHasAndWhatTheServerWants() throws ConfigException {
        ServerAuthentication login = login("host=a", Credential.None.because("nothing"));
        login.take(ctx, demand(5, "salt"));
        assertThat(failures)
                .singleElement()
                .asString()
                .endsWith("server asks user \"bob\" for a md5 login, and Weir has nothing for it");
    }

    private ServerAuthentication login(String entry, Credential credential) throws ConfigException {
        Config config =
                Config.parse(
                        "weir.ini",
                        "[databases]\na = " + entry + "\n[pgbouncer]\nlisten_addr = *\n");
        Database database = config.databases().getFirst();
        var target =
                new ServerTarget(
                        database,
                        database.hosts().getFirst(),
                        "bob",
                        Map.of(),
                        Duration.ofSeconds(1),
                        null,
                        new ServerTarget.LoginRules(false, 1000, null),
                        SocketSettings.of(config));
        return new ServerAuthentication(
                target, new FixedCredential(credential), null, failures::add);
    }

    private static ByteBuf demand(int method, String data) {
        ByteBuf body = Unpooled.buffer().writeInt(method);
        body.writeCharSequence(data, StandardCharsets.UTF_8);
        return body;
    }

    /** The body of the one message that was sent. */
    private String sent() {
        ByteBuf out = Objects.requireNonNull(channel.<ByteBuf>readOutbound());
        try {
            return out.toString(5, out.readableBytes() - 5, StandardCharsets.UTF_8);
        } finally {
            out.release();
        }
    }
}
