package dev.weir.app;

import dev.weir.admin.ConsoleService;
import dev.weir.audit.Audit;
import dev.weir.auth.Hashing;
import dev.weir.auth.HostBasedAccess;
import dev.weir.auth.ServerCredentials;
import dev.weir.auth.Tokens;
import dev.weir.auth.Users;
import dev.weir.backend.Cancels;
import dev.weir.backend.Connector;
import dev.weir.check.Check;
import dev.weir.check.OpenFiles;
import dev.weir.cluster.Clusters;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Reloadable;
import dev.weir.config.Settings;
import dev.weir.config.TransportChoice;
import dev.weir.login.Admission;
import dev.weir.login.ClientLimits;
import dev.weir.login.HttpLogin;
import dev.weir.login.Inheritance;
import dev.weir.login.Listener;
import dev.weir.login.Peers;
import dev.weir.login.Reception;
import dev.weir.login.Service;
import dev.weir.net.Chance;
import dev.weir.net.Clock;
import dev.weir.net.HostNames;
import dev.weir.net.LoopWatch;
import dev.weir.net.Loops;
import dev.weir.net.Reading;
import dev.weir.net.Transport;
import dev.weir.observe.Control;
import dev.weir.observe.Failovers;
import dev.weir.observe.Operations;
import dev.weir.observe.Snapshots;
import dev.weir.ops.MetricsPush;
import dev.weir.ops.Ops;
import dev.weir.ops.Sheets;
import dev.weir.pool.LeaseObserver;
import dev.weir.pool.Pools;
import dev.weir.session.SessionService;
import dev.weir.session.Sessions;
import dev.weir.statements.Statements;
import dev.weir.tls.Tls;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running Weir: all its parts, started together and stopped together. */
public final class Weir implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Weir.class);

    private static final String IO_URING_HINT =
            "the kernel or the container's seccomp profile forbids io_uring; transport = epoll"
                    + " needs nothing of that";
    private static final String NATIVE_HINT =
            "Netty's native library does not load: it needs Linux with glibc and a directory that"
                    + " may be written and executed (-Dio.netty.native.workdir); transport = nio"
                    + " says that the slower one will do";

    private final Parts parts;
    private final Loops loops;
    private final Pools pools;
    private final Sessions sessions;
    private final Reception reception;
    private final Users users;
    private final Listener listener;
    private final ProcessControl control;
    private final Operations operations;
    private final Ending ending;

    private Weir(
            Parts parts,
            Loops loops,
            Pools pools,
            Sessions sessions,
            Reception reception,
            Users users,
            Listener listener,
            ProcessControl control,
            Operations operations) {
        this.parts = parts;
        this.loops = loops;
        this.pools = pools;
        this.sessions = sessions;
        this.reception = reception;
        this.users = users;
        this.listener = listener;
        this.control = control;
        this.operations = operations;
        this.ending = new Ending(this, loops);
    }

    /**
     * Starts Weir; when this returns, clients can connect.
     *
     * @throws ConfigException if the users file cannot be read
     * @throws IOException if it cannot listen
     */
    public static Weir start(Config config) throws ConfigException, IOException {
        return start(config, List.of(), Inheritance.NONE);
    }

    /**
     * Starts Weir as {@link #start(Config)} does.
     *
     * @param others other parts that a RELOAD must be passed to
     * @param inheritance what was inherited from other processes
     */
    static Weir start(Config config, List<Reloadable> others, Inheritance inheritance)
            throws ConfigException, IOException {
        var parts = new Parts();
        try {
            return start(parts, config, others, inheritance);
        } catch (Throwable e) {
            parts.close();
            throw e;
        }
    }

    private static Weir start(
            Parts parts, Config config, List<Reloadable> others, Inheritance inheritance)
            throws ConfigException, IOException {
        Users users = Users.load(config);
        HostBasedAccess access = HostBasedAccess.load(config);
        OpenFiles.line(config).ifPresent(log::info);
        OpenFiles.warning(config).ifPresent(log::warn);
        var clock = Clock.system();
        var chance = new Chance();
        Transport transport = transport(config.get(Settings.TRANSPORT));
        Loops loops = parts.add(new Loops(transport, loopCount(config)));
        LoopWatch watch = parts.add(LoopWatch.start(config, loops));
        var credentials = parts.add(new ServerCredentials(users, hashing(config), clock));
        Hashing hashing = parts.add(hashing(config));
        Hashing asking =
                parts.add(
                        new Hashing(
                                config.get(Settings.AUTH_EXTERNAL_WORKERS),
                                config.get(Settings.AUTH_QUEUE)));
        Tls tls = parts.add(Tls.load(config));
        var cancels = new Cancels(transport, tls::towardsServers);
        HostNames names = parts.add(HostNames.start(config, loops));
        var connector = new Connector(transport, credentials, names, tls::towardsServers);
        parts.add(users);
        var clusters =
                parts.add(
                        new Clusters(
                                config,
                                credentials,
                                tls::towardsServers,
                                loops.all().getFirst(),
                                clock,
                                chance));
        var statements = new Statements(config, loops.all());
        Audit audit = parts.add(Audit.open(config, loops.all()));
        var pools =
                parts.add(
                        new Pools(
                                config,
                                connector,
                                cancels,
                                loops.all(),
                                clusters::nodes,
                                clock,
                                chance,
                                LeaseObserver.Source.both(statements, audit)));
        audit.start(pools.allowance().meters(), () -> pools.reconnect(null));
        users.start(pools);
        var failovers = new Failovers(pools, clock);
        clusters.changes(failovers);
        var sessions =
                new Sessions(
                        config,
                        cancels,
                        loops.all(),
                        clusters::of,
                        chance,
                        Thread::startVirtualThread);
        parts.add(sessions::close);
        pools.whenPoolGone(key -> sessions.forget(key, pools));
        var current = new CurrentConfig(config);
        var peers = new Peers(config, connector, cancels);
        var control = new ProcessControl(current, users, names, clusters, peers);
        var operations =
                new Operations(control, loops, pools, sessions, statements, failovers, clock);
        var snapshots = new Snapshots(loops, pools, sessions, clusters, statements, audit);
        var limits = new ClientLimits(pools.allowance().meters());
        var console =
                new ConsoleService(
                        control, loops, snapshots, operations, failovers, limits, audit, clock);
        var service = new SessionService(config, pools, sessions, limits);
        List<Service> services = List.of(console, service);
        var admission = new Admission(config, users, access, limits, services, clock);
        var reception =
                new Reception(
                        admission, limits, access, tls, hashing, asking, peers, services, audit,
                        clock);
        // Told in this order, so that what a new connection is admitted to exists already.
        others.forEach(current::add);
        names.changes(pools);
        tls.onServersChanged(() -> pools.reconnect(null));
        List.of(
                        names,
                        users,
                        access,
                        tls,
                        clusters,
                        statements,
                        pools,
                        audit,
                        sessions,
                        service,
                        peers,
                        admission,
                        watch)
                .forEach(current::add);
        Listener listener = parts.add(Listener.open(reception, loops, inheritance));
        current.add(listener);
        peers.follow(listener.predecessor());
        pools.start();
        console.start();
        tls.watch(loops);
        HeapWatch.start(loops, clock);
        SmallProcess.start(loops);
        var weir =
                new Weir(
                        parts,
                        loops,
                        pools,
                        sessions,
                        reception,
                        users,
                        listener,
                        control,
                        operations);
        control.controls(weir);
        var sheets = parts.add(new Sheets(control, snapshots, console, tls, clock));
        var push = parts.add(new MetricsPush(sheets, control, loops.all().getFirst(), clock));
        push.start(config);
        current.add(push);
        if (Ops.isOn(config)) {
            var login =
                    new HttpLogin(reception, users, Tokens.load(config), loops.all().getFirst());
            current.add(login);
            var ops =
                    new Ops(
                            control,
                            loops,
                            snapshots,
                            console,
                            login,
                            tls,
                            sheets,
                            () -> Check.run(control.config().source(), false).toJson(),
                            clock);
            parts.add(ops.open(inheritance.takesOver()));
        }
        return weir;
    }

    /** Logs that the process is up: it serves clients, and from now on obeys signals. */
    void logUp() {
        Thread.ofVirtual().name("weir-class-path").start(Weir::openClassPath);
        log.info(
                "process up: PgBouncer {} (Weir {}), transport={} loops={} port={}",
                Version.PGBOUNCER,
                Version.TEXT,
                loops.transport(),
                loops.all().size(),
                listener.isListeningOnTcp() ? listener.port() : "none");
    }

    /**
     * Looks into all jars, which the JVM leaves open then. Otherwise it would open some later, when
     * it needs a class of theirs; and if clients have left no file descriptor for that, the process
     * would end for the lack of the class.
     */
    private static void openClassPath() {
        try {
            ClassLoader.getSystemResources("no such resource").hasMoreElements();
        } catch (IOException e) {
            log.warn("class_path_not_opened error=\"{}\"", e.toString());
        }
    }

    private static int loopCount(Config config) {
        int count = config.get(Settings.WORKER_LOOPS);
        return count > 0 ? count : Runtime.getRuntime().availableProcessors();
    }

    private static Hashing hashing(Config config) {
        return new Hashing(config.get(Settings.AUTH_WORKERS), config.get(Settings.AUTH_QUEUE));
    }

    private static Transport transport(TransportChoice choice) {
        Transport wanted =
                switch (choice) {
                    case AUTO, EPOLL -> Transport.EPOLL;
                    case IO_URING -> Transport.IO_URING;
                    case NIO -> Transport.NIO;
                };
        Throwable obstacle = wanted.obstacle();
        if (obstacle == null) {
            return wanted;
        }
        Transport instead = Transport.detect();
        log.warn(
                "transport_unavailable wanted={} using={} error=\"{}\" hint=\"{}\"",
                wanted,
                instead,
                Reading.reason(obstacle),
                wanted == Transport.IO_URING ? IO_URING_HINT : NATIVE_HINT);
        return instead;
    }

    /** The port that clients connect to. */
    public int port() {
        return listener.port();
    }

    public Users users() {
        return users;
    }

    public Pools pools() {
        return pools;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Reception reception() {
        return reception;
    }

    Loops loops() {
        return loops;
    }

    Control control() {
        return control;
    }

    Operations operations() {
        return operations;
    }

    /** Accepts clients, or leaves them waiting in the kernel's queue. */
    void accepts(boolean on) {
        listener.accepts(on);
    }

    /** Starts a shutdown, or shuts down at once. */
    public void shutDown(Control.Shutdown how) {
        ending.begin(how);
    }

    public boolean isShuttingDown() {
        return ending.hasBegun();
    }

    /** Waits until the shutdown is complete. */
    public void awaitEnd() throws InterruptedException {
        ending.await();
    }

    /** Accepts no more clients; those that are connected stay. */
    void closeListeners() {
        listener.closeTcp();
        reception.closeToClients();
    }

    @Override
    public void close() {
        if (!ending.isFirst()) {
            return;
        }
        parts.close();
        log.info("process down");
        ending.ended();
    }
}
