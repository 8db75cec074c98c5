package dev.weir.net;

import dev.weir.config.Config;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache of the addresses of servers' host names. Each entry is kept for {@code dns_max_ttl}, or
 * for {@code dns_nxdomain_ttl} if the name has no address. A name that is in use is looked up again
 * when its entry expires, so that a server that has moved is noticed without a new connection.
 * Confined to the first loop; its methods may be called from anywhere and answer on the caller's
 * loop.
 */
public final class HostNames implements AutoCloseable, Reloadable {
    private static final long TICK_MILLIS = 333;

    private static final Logger log = LoggerFactory.getLogger(HostNames.class);

    private final EventLoop home;
    private final NameLookup lookup;
    private final Map<String, Host> hosts = new HashMap<>();
    private volatile Duration maxTtl;
    private volatile Duration failureTtl;
    private volatile @Nullable Changes changes;

    /** Receives the address of a name, or learns that there is none. */
    public interface Asker {
        void found(InetAddress address);

        void unknown(String why);
    }

    /** Is told when the addresses of names change. Called on the first loop. */
    public interface Changes {
        /** The name no longer has these addresses. */
        void gone(String host, Set<InetAddress> addresses);

        /** Whether any connection to this name is open or being opened. */
        boolean isUsed(String host);
    }

    /**
     * What is known about a name, as shown by SHOW DNS_HOSTS.
     *
     * @param seconds until it is looked up again
     */
    public record Known(String name, long seconds, List<InetAddress> addresses, boolean pending) {}

    private record Waiting(EventLoop loop, Asker asker) {}

    /** One name. */
    private static final class Host {
        private final List<Waiting> waiting = new ArrayList<>();
        private final Set<InetAddress> unreachable = new HashSet<>();
        private List<InetAddress> addresses = List.of();
        private String failure = "";
        private long untilNanos;
        private int next;
        private boolean pending;

        boolean isOver(long now) {
            return now - untilNanos >= 0;
        }
    }

    HostNames(Config config, EventLoop home, NameLookup lookup) {
        this.home = home;
        this.lookup = lookup;
        maxTtl = config.get(Settings.DNS_MAX_TTL);
        failureTtl = config.get(Settings.DNS_NXDOMAIN_TTL);
    }

    /**
     * Starts with an empty cache.
     *
     * @throws IOException if {@code resolv_conf} cannot be read
     */
    public static HostNames start(Config config, Loops loops) throws IOException {
        EventLoop home = loops.all().getFirst();
        String file = config.get(Settings.RESOLV_CONF);
        NameLookup lookup =
                file.isEmpty()
                        ? NameLookup.system()
                        : NameLookup.of(ResolvConf.read(Path.of(file)), home, loops.transport());
        var names = new HostNames(config, home, lookup);
        home.scheduleAtFixedRate(names::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return names;
    }

    /** Sets who is told about changes. */
    public void changes(Changes listener) {
        changes = listener;
    }

    @Override
    public Runnable prepare(Config next) {
        return () -> {
            maxTtl = next.get(Settings.DNS_MAX_TTL);
            failureTtl = next.get(Settings.DNS_NXDOMAIN_TTL);
        };
    }

    @Override
    public void close() {
        home.execute(lookup::close);
    }

    // --- questions ----------------------------------------------------------------------------

    /** Finds the next address of {@code host} in turn; answers on {@code loop}. */
    public void ask(String host, EventLoop loop, Asker asker) {
        home.execute(() -> {
            Host known = hosts.computeIfAbsent(host, _ -> new Host());
            known.waiting.add(new Waiting(loop, asker));
            if (known.untilNanos == 0 || known.isOver(nanoTime())) {
                lookUp(host, known);
            } else if (!known.pending) {
                answer(known);
            }
        });
    }

    /**
     * Reports that an address could not be used: the other addresses of the name are preferred
     * until the next lookup.
     */
    public void unreachable(String host, InetAddress address) {
        home.execute(() -> {
            Host known = hosts.get(host);
            if (known != null) {
                known.unreachable.add(address);
            }
        });
    }

    /** All names, in no particular order. */
    public CompletableFuture<List<Known>> known() {
        return CompletableFuture.supplyAsync(
                () -> {
                    long now = nanoTime();
                    var all = new ArrayList<Known>();
                    hosts.forEach((name, host) -> {
                        long left = Math.max(0, host.untilNanos - now);
                        long seconds = TimeUnit.NANOSECONDS.toSeconds(left);
                        all.add(new Known(name, seconds, host.addresses, host.pending));
                    });
                    return all;
                },
                home);
    }

    private long nanoTime() {
        return home.ticker().nanoTime();
    }

    private void answer(Host known) {
        List<Waiting> all = List.copyOf(known.waiting);
        known.waiting.clear();
        for (Waiting one : all) {
            if (known.addresses.isEmpty()) {
                String why = known.failure;
                one.loop.execute(() -> one.asker.unknown(why));
            } else {
                InetAddress address = next(known);
                one.loop.execute(() -> one.asker.found(address));
            }
        }
    }

    private static InetAddress next(Host known) {
        int count = known.addresses.size();
        for (int i = 0; i < count; i++) {
            InetAddress one = known.addresses.get(Math.floorMod(known.next++, count));
            if (!known.unreachable.contains(one)) {
                return one;
            }
        }
        known.unreachable.clear();
        return known.addresses.get(Math.floorMod(known.next++, count));
    }

    // --- answers ------------------------------------------------------------------------------

    private void lookUp(String host, Host known) {
        if (known.pending) {
            return;
        }
        known.pending = true;
        lookup.addresses(host)
                .whenCompleteAsync(
                        (found, failure) -> {
                            known.pending = false;
                            if (failure == null) {
                                found(host, known, firstFamily(found));
                            } else {
                                notFound(host, known, failure);
                            }
                            answer(known);
                        },
                        home);
    }

    private void found(String host, Host known, List<InetAddress> now) {
        Set<InetAddress> gone = new HashSet<>(known.addresses);
        now.forEach(gone::remove);
        known.addresses = now;
        known.failure = "";
        known.unreachable.clear();
        known.untilNanos = nanoTime() + maxTtl.toNanos();
        Changes listener = changes;
        if (!gone.isEmpty() && listener != null) {
            log.info("host_moved host={} addresses={}", host, now);
            listener.gone(host, gone);
        }
    }

    /** Leaves open connections alone: a resolver that is down is no reason to abandon a server. */
    private void notFound(String host, Host known, Throwable failure) {
        log.debug("host_unknown host={} cause=\"{}\"", host, String.valueOf(failure.getMessage()));
        known.addresses = List.of();
        known.failure = "name or service not known";
        known.untilNanos = nanoTime() + failureTtl.toNanos();
    }

    /** Prefers IPv4 where there is any: most servers listen on one address family only. */
    private static List<InetAddress> firstFamily(List<InetAddress> all) {
        Predicate<InetAddress> four = address -> address.getAddress().length == 4;
        List<InetAddress> some = all.stream().filter(four).toList();
        return some.isEmpty() ? all : some;
    }

    /** Looks up expired names again if they are in use, and forgets the others. */
    private void tick() {
        long now = nanoTime();
        Changes listener = changes;
        for (var entry : List.copyOf(hosts.entrySet())) {
            Host known = entry.getValue();
            if (known.pending || !known.isOver(now)) {
                continue;
            }
            if (listener != null && listener.isUsed(entry.getKey())) {
                lookUp(entry.getKey(), known);
            } else {
                hosts.remove(entry.getKey());
            }
        }
    }
}
