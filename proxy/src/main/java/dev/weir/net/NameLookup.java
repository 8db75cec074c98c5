package dev.weir.net;

import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopDnsCache;
import java.net.InetAddress;
import java.security.Security;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Looks up the addresses of a host name, without caching them; {@link HostNames} does that. */
interface NameLookup extends AutoCloseable {
    /** Completes on any thread; exceptionally if there is no such name, or if no server answers. */
    CompletableFuture<List<InetAddress>> addresses(String host);

    @Override
    default void close() {}

    /**
     * The system's resolver, which consults {@code /etc/hosts} and whatever nsswitch.conf names. It
     * blocks, so each lookup has a thread of its own, with at most one lookup per name.
     */
    static NameLookup system() {
        // The JVM would cache answers and failures for periods of its own.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        return host -> {
            var answer = new CompletableFuture<List<InetAddress>>();
            Thread.ofPlatform()
                    .daemon()
                    .name("weir-dns")
                    .start(() -> {
                        try {
                            answer.complete(List.of(InetAddress.getAllByName(host)));
                        } catch (Exception e) {
                            answer.completeExceptionally(e);
                        }
                    });
            return answer;
        };
    }

    /** The name servers of a file such as resolv.conf, queried on {@code loop}. */
    static NameLookup of(ResolvConf file, EventLoop loop, Transport transport) {
        DnsNameResolverBuilder builder =
                new DnsNameResolverBuilder(loop)
                        .datagramChannelType(transport.datagram())
                        .socketChannelType(transport.tcp())
                        .nameServerProvider(file.servers())
                        .searchDomains(file.search())
                        .ndots(file.ndots())
                        .queryTimeoutMillis(file.timeoutMillis())
                        .resolveCache(NoopDnsCache.INSTANCE);
        DnsNameResolver resolver = builder.build();
        return new NameLookup() {
            @Override
            public CompletableFuture<List<InetAddress>> addresses(String host) {
                var answer = new CompletableFuture<List<InetAddress>>();
                resolver.resolveAll(host)
                        .addListener(future -> {
                            if (future.isSuccess()) {
                                @SuppressWarnings("unchecked")
                                var found = (List<InetAddress>) future.getNow();
                                answer.complete(List.copyOf(found));
                            } else {
                                answer.completeExceptionally(future.cause());
                            }
                        });
                return answer;
            }

            @Override
            public void close() {
                resolver.close();
            }
        };
    }
}
