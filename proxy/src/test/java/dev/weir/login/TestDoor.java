package dev.weir.login;

import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.Users;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.error.Refusal;
import dev.weir.net.Clock;
import dev.weir.net.Origin;
import dev.weir.protocol.CancelKey;
import dev.weir.protocol.StartupRequest.StartupMessage;
import dev.weir.protocol.auth.ScramBinding;
import dev.weir.protocol.auth.ScramSecret;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Admission} with a console and a service, asked by clients in words, such as {@code
 * tls:ann sni=db.example user=ann database=app}.
 *
 * @param admission what is tested
 * @param limits what it counts with
 */
@NullMarked
record TestDoor(Admission admission, ClientLimits limits) {
    static final String SCRAM = ScramSecret.derive("moon", new byte[] {1, 2, 3}, 16).format();

    /** Serves all databases of the configuration but the console's. */
    private record Databases(Config config) implements Service {
        @Override
        public boolean serves(String database) {
            return config.database(database) != null;
        }

        @Override
        public void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean cancel(CancelKey key, Runnable done) {
            return false;
        }

        @Override
        public String toString() {
            return "service";
        }
    }

    /** Trusts its owner over a Unix socket. */
    private static final class Console implements Service {
        @Override
        public boolean servesToTheEnd() {
            return true;
        }

        @Override
        public boolean boundsItsClients() {
            return true;
        }

        @Override
        public boolean serves(String database) {
            return database.equals("pgbouncer");
        }

        @Override
        public boolean trusts(ClientHello hello) {
            return hello.user().equals("owner") && hello.origin().unixPeer() != null;
        }

        @Override
        public void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean cancel(CancelKey key, Runnable done) {
            return false;
        }

        @Override
        public String toString() {
            return "console";
        }
    }

    /** A configuration with the databases app and, for who names a host, named. */
    static Config config(String settings) throws ConfigException {
        return Config.parse(
                "weir.ini",
                """
                [databases]
                app = host=h
                named = host=h dbname=real sni=db.example
                [pgbouncer]
                """
                        + settings);
    }

    static TestDoor of(Config config) throws ConfigException {
        return of(config, Clock.system());
    }

    static TestDoor of(Config config, Clock clock) throws ConfigException {
        var limits = new ClientLimits();
        var admission =
                new Admission(
                        config,
                        Users.load(config),
                        HostBasedAccess.load(config),
                        limits,
                        List.of(new Console(), new Databases(config)),
                        clock);
        return new TestDoor(admission, limits);
    }

    // --- clients ------------------------------------------------------------------------------

    Verdict<ClientHello> greet(String client) {
        return admission.greet(7, origin(client), tls(client), startup(client));
    }

    /** A client whose startup packet is accepted. */
    ClientHello hello(String client) {
        return switch (greet(client)) {
            case Verdict.Granted(ClientHello hello) -> hello;
            case Verdict.Refused(Refusal why) -> throw new AssertionError(why);
        };
    }

    /** Clear is where TLS is wanted; tcp2 comes from another address. */
    static Origin origin(String client) {
        String from = client.split(" ", -1)[0];
        if (from.equals("unix")) {
            return Origin.unix(1, 1);
        }
        String address = from.equals("tcp2") ? "10.9.9.9" : "10.1.2.3";
        Origin tcp = Origin.tcp(new InetSocketAddress(InetAddress.ofLiteral(address), 50_000));
        if (!from.startsWith("tls")) {
            return tcp;
        }
        String name = from.equals("tls") ? null : from.substring(4);
        var certificate = name == null ? null : new Origin.ClientCertificate(name, "CN=" + name);
        return tcp.encrypted(
                new Origin.Encryption("TLSv1.3", "TLS_AES_256_GCM_SHA384", certificate));
    }

    static TlsFacts tls(String client) {
        return new TlsFacts(
                client.startsWith("clear"), words(client).get("sni"), ScramBinding.NONE);
    }

    static StartupMessage startup(String client) {
        Map<String, String> parameters = words(client);
        parameters.remove("sni");
        String version = parameters.remove("version");
        String[] numbers = (version == null ? "3.0" : version).split("\\.", -1);
        return new StartupMessage(
                Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), parameters);
    }

    private static Map<String, String> words(String client) {
        var words = new LinkedHashMap<String, String>();
        for (String word : client.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                words.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return words;
    }

    /** What a proof asks of the client first. */
    static String asks(Proof proof) {
        ByteBuf out = Unpooled.buffer();
        return switch (proof.start(out)) {
            case PASSED -> "passes";
            case FAILED -> "fails";
            case GOES_ON ->
                    switch (out.getInt(5)) {
                        case 3 -> "asks password";
                        case 5 -> "asks md5";
                        case 10 -> "asks sasl";
                        default -> "asks " + out.getInt(5);
                    };
        };
    }
}
