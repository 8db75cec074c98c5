package dev.weir.admin;

import dev.weir.audit.Audit;
import dev.weir.config.Config;
import dev.weir.config.Names;
import dev.weir.config.Settings;
import dev.weir.config.UserSettings;
import dev.weir.error.ProxyError;
import dev.weir.error.Refusal;
import dev.weir.login.ClientHello;
import dev.weir.login.ClientLimits;
import dev.weir.login.Farewell;
import dev.weir.login.Service;
import dev.weir.login.Verdict;
import dev.weir.metrics.Limit;
import dev.weir.net.ClientIdentity;
import dev.weir.net.Clock;
import dev.weir.net.ConnectionIds;
import dev.weir.net.Loops;
import dev.weir.net.Origin;
import dev.weir.observe.Control;
import dev.weir.observe.Failovers;
import dev.weir.observe.Operations;
import dev.weir.observe.Snapshots;
import dev.weir.os.ProcessUser;
import dev.weir.protocol.CancelKey;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Admits the users in {@code admin_users} and {@code stats_users} to the console. */
public final class ConsoleService implements Service {
    /** PgBouncer's name of the console's database; Weir has another one for it, too. */
    public static final String DATABASE = Consoles.DATABASE;

    private static final Logger log = LoggerFactory.getLogger(ConsoleService.class);

    private final Sources sources;
    private final Loops loops;
    private final ClientLimits limits;
    private final Audit audit;

    public ConsoleService(
            Control control,
            Loops loops,
            Snapshots snapshots,
            Operations operations,
            Failovers failovers,
            ClientLimits limits,
            Audit audit,
            Clock clock) {
        this.loops = loops;
        this.limits = limits;
        this.audit = audit;
        var statistics = new Statistics(control, snapshots, clock);
        this.sources =
                new Sources(
                        control,
                        snapshots,
                        operations,
                        failovers,
                        new Consoles(),
                        statistics,
                        clock);
    }

    /** Starts counting for the averages. */
    public void start() {
        sources.statistics().start(loops.all().getFirst());
    }

    /** What SHOW can show. */
    public static List<String> topics() {
        return Stream.of(Topic.values()).map(Topic::name).toList();
    }

    /** How many clients the console has. */
    public int clients() {
        return sources.consoles().count();
    }

    /**
     * Answers a command of somebody who is not connected to the console. Who stops waiting cancels
     * what this returns.
     *
     * @param from where the user is
     */
    public CompletableFuture<Reply> answer(
            Access access, String user, Origin from, String command) {
        var client = new ClientIdentity.Named(ConnectionIds.next(), user, DATABASE, from, null);
        var replies =
                new Replies(
                        access, sources, client, new CommandAudit(audit, client, sources.clock()));
        List<String> early = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Reply> reply = replies.to(command, early::add);
        CompletableFuture<Reply> whole = reply.thenApply(made -> made.after(early));
        whole.whenComplete((_, failure) -> {
            if (failure != null) {
                reply.cancel(false); // nobody waits for it any more
            }
        });
        return whole;
    }

    static boolean isConsole(String database) {
        return Names.isReservedDatabase(database);
    }

    @Override
    public boolean servesToTheEnd() {
        return true;
    }

    /** Administrators get in when all places of clients are taken. */
    @Override
    public boolean boundsItsClients() {
        return true;
    }

    @Override
    public boolean serves(String database) {
        return isConsole(database);
    }

    /** Trusts user {@code pgbouncer} on the Unix socket, if it runs as the user of this process. */
    @Override
    public boolean trusts(ClientHello hello) {
        return hello.user().equals(Consoles.DATABASE)
                && serves(hello.database())
                && hello.origin().unixPeer() != null
                && hello.origin().isOf(ProcessUser.id());
    }

    @Override
    public void enter(Channel channel, ClientHello hello, @Nullable ByteBuf early) {
        boolean isOwner = trusts(hello);
        if (isOwner) {
            log.info(
                    "pgbouncer access from unix socket id={} from={}", hello.id(), hello.address());
        }
        Access access =
                isOwner ? Access.ADMIN : Access.of(sources.control().config(), hello.user());
        if (access == Access.NONE) {
            refuse(channel, hello, early, ProxyError.CONSOLE_NOT_ALLOWED.refusal());
            return;
        }
        switch (limits.enter(DATABASE, hello.user(), 0, clientsMax(hello.user(), access))) {
            case Verdict.Granted(ClientLimits.Place place) -> {
                channel.closeFuture().addListener(_ -> place.leave());
                seat(channel, hello, early, access, isOwner);
            }
            case Verdict.Refused(Refusal why) -> refuse(channel, hello, early, why);
        }
    }

    /** A user of {@code admin_users} is counted, and never refused. */
    private int clientsMax(String user, Access access) {
        if (access == Access.ADMIN) {
            return 0;
        }
        Config config = sources.control().config();
        UserSettings own = config.user(user);
        Integer max = own == null ? null : own.maxUserClientConnections();
        return max == null ? config.get(Settings.MAX_USER_CLIENT_CONNECTIONS) : max;
    }

    private void seat(
            Channel channel,
            ClientHello hello,
            @Nullable ByteBuf early,
            Access access,
            boolean isOwner) {
        var console =
                new Console(
                        channel,
                        hello,
                        new Replies(
                                access,
                                sources,
                                hello,
                                new CommandAudit(audit, hello, sources.clock())));
        int max = isOwner ? 0 : sources.control().config().get(Settings.MAX_CONSOLE_CONN);
        if (!sources.consoles().enter(hello.id(), console.seat(), hello.user(), access, max)) {
            sources.snapshots().meters().refuses(Limit.CONSOLE_CONNECTIONS);
            refuse(channel, hello, early, ProxyError.TOO_MANY_CONSOLES.refusal());
            return;
        }
        channel.closeFuture().addListener(_ -> left(hello.id()));
        channel.pipeline().addLast(console);
        console.start(early);
    }

    private void refuse(Channel channel, ClientHello hello, @Nullable ByteBuf early, Refusal why) {
        Farewell.say(sources.control().config(), channel, hello, early, why);
    }

    private void left(long id) {
        sources.consoles().left(id);
        if (sources.consoles().count() == 0 && sources.operations().isSuspended()) {
            log.info("admin disappeared when suspended, doing RESUME");
            sources.operations().resumeIfPaused();
        }
    }

    /**
     * A console no longer waits for its answer. If everything is paused or suspended, it is
     * resumed, as in PgBouncer.
     */
    @Override
    public boolean cancel(CancelKey key, Runnable done) {
        if (!sources.consoles().cancel(key)) {
            return false;
        }
        sources.operations().resumeIfPaused();
        done.run();
        return true;
    }
}
