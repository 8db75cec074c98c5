package dev.weir.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** The cipher suites that one side of Weir offers, in the order of preference. */
final class TlsSuites {
    private TlsSuites() {}

    /**
     * Returns the suites' names.
     *
     * @param warn told about what is not available
     */
    static List<String> of(TlsSide side, SslProvider provider, Consumer<String> warn)
            throws InvalidTls {
        try {
            return choose(side, provider, warn).stream().map(CipherSuite::name).toList();
        } catch (SSLException | NoSuchAlgorithmException e) {
            throw new InvalidTls("the TLS library's cipher suites: " + e.getMessage());
        }
    }

    private static List<CipherSuite> choose(
            TlsSide side, SslProvider provider, Consumer<String> warn)
            throws InvalidTls, SSLException, NoSuchAlgorithmException {
        List<CipherSuite> usual = usual(provider);
        List<CipherSuite> old = new ArrayList<>(usual);
        old.removeIf(CipherSuite::isOfTls13);
        if (!CipherString.isDefault(side.ciphers())) {
            String setting = side.setting("_ciphers");
            List<CipherSuite> known = new ArrayList<>(suites(supported(provider)));
            known.removeIf(CipherSuite::isOfTls13);
            CipherString string = evaluate(setting, side.ciphers(), known);
            if (!string.unknown().isEmpty()) {
                warn.accept(setting + ": the TLS library has no suites " + string.unknown());
            }
            old = new ArrayList<>(string.chosen());
        }
        if (side.dheParameters().equals("none")) {
            old.removeIf(suite -> suite.words().contains("DHE"));
        }
        List<CipherSuite> modern = usual.stream().filter(CipherSuite::isOfTls13).toList();
        return Stream.concat(modern(side, provider, modern, warn).stream(), old.stream()).toList();
    }

    /** What the library offers by default. */
    private static List<CipherSuite> usual(SslProvider provider) throws SSLException {
        SslContext context = SslContextBuilder.forClient().sslProvider(provider).build();
        try {
            return suites(context.cipherSuites());
        } finally {
            ReferenceCountUtil.release(context);
        }
    }

    private static CipherString evaluate(String setting, String text, List<CipherSuite> known)
            throws InvalidTls {
        try {
            return CipherString.of(text, known);
        } catch (InvalidTls e) {
            throw new InvalidTls(setting + ": " + e.getMessage());
        }
    }

    private static List<CipherSuite> modern(
            TlsSide side, SslProvider provider, List<CipherSuite> known, Consumer<String> warn)
            throws InvalidTls {
        if (CipherString.isDefault(side.tls13Ciphers())) {
            return known;
        }
        String setting = side.setting("13_ciphers");
        var chosen = new ArrayList<CipherSuite>();
        for (String name : side.tls13Ciphers().split("[:, ]+", 0)) {
            CipherSuite suite = CipherSuite.of(name);
            if (suite == null || !suite.isOfTls13()) {
                throw new InvalidTls(
                        setting
                                + ": \""
                                + name
                                + "\" (expected: names such as TLS_AES_256_GCM_SHA384 with :"
                                + " between)");
            }
            if (known.contains(suite)) {
                chosen.add(suite);
            } else {
                warn.accept(setting + ": the TLS library has no suite " + name);
            }
        }
        if (provider != SslProvider.JDK) {
            warn.accept(
                    setting
                            + ": has no effect, as BoringSSL offers all suites of TLS 1.3 in an"
                            + " order of its own; tls_provider = jsse obeys it");
            return known;
        }
        if (chosen.isEmpty()) {
            throw new InvalidTls(setting + ": \"" + side.tls13Ciphers() + "\" (expected: a suite)");
        }
        return chosen;
    }

    private static Set<String> supported(SslProvider provider) throws NoSuchAlgorithmException {
        if (provider == SslProvider.JDK) {
            var all = SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites();
            return new LinkedHashSet<>(Arrays.asList(all));
        }
        return OpenSsl.availableJavaCipherSuites();
    }

    private static List<CipherSuite> suites(Iterable<String> names) {
        var suites = new ArrayList<CipherSuite>();
        for (String name : names) {
            CipherSuite suite = CipherSuite.of(name);
            if (suite != null && !suites.contains(suite)) {
                suites.add(suite);
            }
        }
        return suites;
    }
}
