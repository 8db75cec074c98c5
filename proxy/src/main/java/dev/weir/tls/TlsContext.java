package dev.weir.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What all TLS connections of one side share: certificate, key, authorities, versions and suites.
 * Immutable and built off the event loops; a RELOAD builds another one, and existing connections
 * keep theirs. Its native memory is freed when nobody uses it any more.
 */
public final class TlsContext {
    /** The protocol that a client must name in ALPN if it starts with TLS. */
    static final String ALPN = "postgresql";

    /** How long a session may be resumed: a verification must not count for long. */
    private static final int SESSION_SECONDS = 300;

    private static final Cleaner cleaner = Cleaner.create();

    private final TlsSide side;
    private final SslProvider provider;
    private final Executor workers;
    private final TlsMaterial material;
    private final SslContext context;
    private final byte @Nullable [] endPoint;
    private final List<String> warnings = new ArrayList<>();

    private TlsContext(TlsSide side, SslProvider provider, Executor workers) throws InvalidTls {
        this.side = side;
        this.workers = workers;
        this.material = TlsMaterial.read(side);
        this.provider = able(provider);
        this.endPoint =
                material.chain().isEmpty() ? null : EndPoint.of(material.chain().getFirst());
        try {
            this.context = build();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new InvalidTls(side.name() + ": " + e.getMessage());
        }
        SslContext made = context;
        cleaner.register(this, () -> ReferenceCountUtil.release(made));
    }

    /**
     * Reads the files of a side and builds its context; blocks.
     *
     * @param workers the threads that compute signatures and verify certificates
     */
    static TlsContext make(TlsSide side, SslProvider provider, Executor workers) throws InvalidTls {
        var made = new TlsContext(side, provider, workers);
        made.tryOut();
        return made;
    }

    /** BoringSSL, as it is built here, cannot present Ed25519 certificates. */
    private SslProvider able(SslProvider wanted) {
        PrivateKey key = material.key();
        if (wanted != SslProvider.JDK && key != null && key.getAlgorithm().equals("EdDSA")) {
            warnings.add(
                    side.setting("_key_file")
                            + ": an Ed25519 key, which BoringSSL cannot use, so this side uses"
                            + " Java's own TLS");
            return SslProvider.JDK;
        }
        return wanted;
    }

    private SslContext build() throws InvalidTls, IOException, GeneralSecurityException {
        boolean serving = side.isTowardsClients();
        List<String> protocols = protocols();
        List<String> suites = TlsSuites.of(side, provider, warnings::add);
        SslContextBuilder builder = serving ? serving(protocols) : asking();
        builder.sslProvider(provider)
                .protocols(protocols)
                .ciphers(suites, IdentityCipherSuiteFilter.INSTANCE_DEFAULTING_TO_SUPPORTED_CIPHERS)
                .sessionTimeout(SESSION_SECONDS);
        if (provider != SslProvider.JDK) {
            builder.option(OpenSslContextOption.USE_TASKS, true);
            if (!material.groups().isEmpty()) {
                builder.option(
                        OpenSslContextOption.GROUPS, material.groups().toArray(String[]::new));
            }
        }
        warnOfParameters();
        return builder.build();
    }

    private List<String> protocols() throws InvalidTls {
        try {
            return TlsProtocols.parse(side.protocols());
        } catch (InvalidTls e) {
            throw new InvalidTls(side.setting("_protocols") + ": " + e.getMessage());
        }
    }

    private SslContextBuilder serving(List<String> protocols) throws GeneralSecurityException {
        PrivateKey key = material.key();
        X509Certificate[] chain = material.chainArray();
        SslContextBuilder builder;
        if (key != null && isOffloaded(key, protocols)) {
            builder = SslContextBuilder.forServer(keyless(chain));
            builder.option(OpenSslContextOption.PRIVATE_KEY_METHOD, new KeyOperations(key));
        } else {
            builder = SslContextBuilder.forServer(key, chain);
        }
        Trust trust = material.trust();
        return builder.trustManager(side.verifies() ? trust : trust.lenient())
                .clientAuth(
                        side.verifies()
                                ? ClientAuth.REQUIRE
                                : trust.hasAuthorities() ? ClientAuth.OPTIONAL : ClientAuth.NONE)
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                Protocol.ALPN,
                                SelectorFailureBehavior.NO_ADVERTISE,
                                SelectedListenerFailureBehavior.ACCEPT,
                                ALPN));
    }

    private SslContextBuilder asking() {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .trustManager(material.trust())
                        .endpointIdentificationAlgorithm(null);
        PrivateKey key = material.key();
        return key == null ? builder : builder.keyManager(key, material.chainArray());
    }

    /** See {@link KeyOperations}. */
    private boolean isOffloaded(PrivateKey key, List<String> protocols) {
        return provider != SslProvider.JDK
                && key.getAlgorithm().equals("RSA")
                && TlsProtocols.areModern(protocols);
    }

    private static OpenSslX509KeyManagerFactory keyless(X509Certificate[] chain)
            throws GeneralSecurityException {
        try {
            return OpenSslX509KeyManagerFactory.newKeyless(chain);
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private void warnOfParameters() {
        if (side.curve().equals("none")) {
            warnings.add(
                    side.setting("_ecdhcurve")
                            + ": none has no effect, as TLS 1.3 and all suites worth having need a"
                            + " curve");
        }
        if (side.dheParameters().equals("legacy")) {
            warnings.add(
                    side.setting("_dheparams")
                            + ": legacy has no effect: parameters of 1024 bits are not secure");
        }
    }

    /** Tries curves and suites: what is wrong with them shows only when they are used. */
    private void tryOut() throws InvalidTls {
        try {
            SslHandler handler =
                    side.isTowardsClients()
                            ? handler(UnpooledByteBufAllocator.DEFAULT)
                            : handler(UnpooledByteBufAllocator.DEFAULT, "localhost", 1);
            ReferenceCountUtil.release(handler.engine());
        } catch (RuntimeException e) {
            throw new InvalidTls(side.name() + ": " + e.getMessage());
        }
    }

    // --- connections --------------------------------------------------------------------------

    /** Returns a handler for a connection from a client. May be called from any thread. */
    public SslHandler handler(ByteBufAllocator alloc) {
        try {
            return ready(context.newHandler(alloc, workers));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Returns a handler for a connection to a server, under the name used in the configuration. May
     * be called from any thread.
     */
    public SslHandler handler(ByteBufAllocator alloc, String host, int port) {
        try {
            return ready(context.newHandler(alloc, host, port, workers));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * The same for a library that has sockets of its own, with Java's TLS. Blocks; may be called
     * from any thread.
     *
     * @param below the connection to the server, which is closed along with the socket
     * @throws IOException if Java's TLS does not support what the settings ask for
     */
    public SSLSocket socket(Socket below, String host, int port) throws IOException {
        assert !side.isTowardsClients();
        try {
            SSLContext java = SSLContext.getInstance("TLS");
            java.init(material.keyManagers(), new TrustManager[] {material.trust()}, null);
            var socket = (SSLSocket) java.getSocketFactory().createSocket(below, host, port, true);
            socket.setEnabledProtocols(protocols().toArray(String[]::new));
            List<String> suites = TlsSuites.of(side, SslProvider.JDK, _ -> {});
            socket.setEnabledCipherSuites(suites.toArray(String[]::new));
            return socket;
        } catch (InvalidTls | GeneralSecurityException | IllegalArgumentException e) {
            throw new SSLException(side.name() + ": " + e.getMessage(), e);
        }
    }

    private SslHandler ready(SslHandler handler) {
        // The login as a whole has a deadline of its own.
        handler.setHandshakeTimeoutMillis(0);
        if (provider == SslProvider.JDK && !material.groups().isEmpty()) {
            SSLEngine engine = handler.engine();
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setNamedGroups(material.groups().toArray(String[]::new));
            engine.setSSLParameters(parameters);
        }
        return handler;
    }

    /**
     * What clients bind SCRAM to; null if the signature of the own certificate has no hash
     * function.
     */
    public byte @Nullable [] endPoint() {
        byte[] hash = endPoint;
        return hash == null ? null : hash.clone();
    }

    /**
     * Whether the peer presented a certificate that the handshake accepted unverified, and that the
     * authorities could confirm.
     */
    public boolean mustVerify(TlsChannel channel) {
        return !side.verifies()
                && material.trust().hasAuthorities()
                && channel.peerChain().length > 0;
    }

    /** Whether the handshake itself has verified the peer's certificate. */
    public boolean isVerified(TlsChannel channel) {
        return side.verifies() && channel.peerChain().length > 0;
    }

    /**
     * Verifies the peer's certificate on a worker.
     *
     * @param then called on the worker
     * @throws RejectedExecutionException if too many handshakes are waiting for a worker
     */
    public void verify(TlsChannel channel, Consumer<Boolean> then) {
        X509Certificate[] chain = channel.peerChain();
        workers.execute(() -> then.accept(material.trust().isVerified(chain)));
    }

    /** When the own certificate expires, or one of those that signed it; empty without one. */
    Optional<Instant> expiry() {
        return material.chain().stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Comparator.naturalOrder());
    }

    /** What the operator should know about settings that have no effect. */
    List<String> warnings() {
        return warnings;
    }

    @Override
    public String toString() {
        return "TlsContext[" + side.name() + ' ' + provider + ']';
    }
}
