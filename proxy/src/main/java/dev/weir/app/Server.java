package dev.weir.app;

import dev.weir.auth.Users;
import dev.weir.check.Check;
import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Settings;
import dev.weir.log.LogLine;
import dev.weir.log.LogTargets;
import dev.weir.login.Inheritance;
import dev.weir.os.InheritedSocket;
import dev.weir.os.PidFile;
import dev.weir.os.ProcessUser;
import dev.weir.os.ServiceManager;
import dev.weir.os.Signals;
import dev.weir.os.StandardFiles;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process that serves clients, from its command line to its exit status. */
final class Server {
    /** The launcher waits at the other end of this file until a daemon is up. */
    private static final String LAUNCHER_FILE = "WEIR_LAUNCHER_FD";

    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final ServerOptions options;
    private final ConfigLocation location;
    private final boolean refusesRoot;
    private final Map<String, String> environment;
    private final LogTargets targets;
    private final CompletableFuture<SignalActions> actions = new CompletableFuture<>();

    /**
     * @param refusesRoot whether it is an error to run as root without changing to another user
     */
    Server(
            ServerOptions options,
            ConfigLocation location,
            boolean refusesRoot,
            Map<String, String> environment) {
        this.options = options;
        this.location = location;
        this.refusesRoot = refusesRoot;
        this.environment = environment;
        this.targets = LogTargets.begin(options.quiet(), options.verbosity(), environment);
    }

    /** Serves clients until shutdown; returns the exit status. */
    int run() throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(LastWord::uncaught);
        try {
            Signals.listen(this::signal);
            Config config = location.load();
            becomeUser(config);
            targets.prepare(config).run();
            location.log();
            warn(config);
            serve(config);
            return Main.OK;
        } catch (ConfigException e) {
            for (Problem problem : e.problems()) {
                log.error("{}", problem);
            }
            log.error(LogLine.FATAL, "cannot load config file");
        } catch (IOException e) {
            log.error(LogLine.FATAL, "{}", e.getMessage());
        } catch (RuntimeException | Error e) {
            log.error(LogLine.FATAL, "internal error", e);
        }
        return Main.FAILED;
    }

    private void serve(Config config) throws ConfigException, IOException, InterruptedException {
        stopSampling();
        Optional<Predecessor> old = options.takeOver() ? Predecessor.of(config) : Optional.empty();
        checkPidFile(config);
        var manager = ServiceManager.of(environment);
        var inheritance = new Inheritance(old.isPresent(), InheritedSocket.of(environment));
        try (Weir weir = Weir.start(config, List.of(targets), inheritance);
                PidFile _ = PidFile.write(config.get(Settings.PIDFILE))) {
            actions.complete(new SignalActions(weir, manager));
            weir.logUp();
            new Watchdog(manager.watchdog(), manager::isAlive, weir.loops()).start();
            manager.isReady(SignalActions.UP);
            old.ifPresent(Predecessor::end);
            detach();
            weir.awaitEnd();
        }
    }

    /** Before it is up, it only ends; what else it is told, it does then. */
    private void signal(Signals.Signal signal) {
        boolean ends =
                switch (signal) {
                    case INT, QUIT, TERM -> true;
                    case HUP, USR1, USR2 -> false;
                };
        if (ends && !actions.isDone()) {
            log.info("got SIG{} before it was up, exiting", signal);
            System.exit(Main.OK);
        }
        actions.thenAccept(up -> up.on(signal));
    }

    // --- user and pid file --------------------------------------------------------------------

    private void becomeUser(Config config) throws IOException {
        String named = options.user();
        String user = named == null ? config.get(Settings.USER) : named;
        if (!user.isEmpty() && named == null && !ProcessUser.isRoot()) {
            // Files that are mounted in a container name the user of another image.
            log.info("user = {} is not needed: this is not run by root", user);
        } else if (!user.isEmpty()) {
            ProcessUser.become(user);
        }
        if (refusesRoot && ProcessUser.isRoot()) {
            throw new IOException(
                    "Weir should not run as root (name another user with -u or user=, or say"
                            + " \"weir run\")");
        }
    }

    /** Checks that the pid file allows it to start, before anything else can go wrong. */
    private void checkPidFile(Config config) throws IOException {
        String name = config.get(Settings.PIDFILE);
        if (name.isEmpty() && options.daemon()) {
            throw new IOException("cannot run in background: pidfile is not set");
        }
        if (!name.isEmpty() && !options.takeOver()) {
            PidFile.check(Path.of(name));
        }
    }

    private void detach() throws IOException {
        if (options.daemon()) {
            String file = environment.get(LAUNCHER_FILE);
            if (file == null) {
                throw new IOException("cannot run in background: -d needs the launcher, weir");
            }
            StandardFiles.detach(Integer.parseInt(file));
            targets.leaveConsole();
        }
    }

    // --- warnings -----------------------------------------------------------------------------

    /**
     * The launcher names the AOT cache that it gives to the JVM, which goes on without one that
     * does not fit it: slower to start, and larger.
     */
    static boolean isCacheUnused(@Nullable String cache, String aboutJvm) {
        return cache != null && !aboutJvm.contains("sharing");
    }

    private static void warn(Config config) throws ConfigException, IOException {
        String cache = System.getProperty("weir.aot");
        if (isCacheUnused(cache, System.getProperty("java.vm.info", ""))) {
            log.warn(
                    "aot_cache_unused file={} hint=\"it holds for the jars as they were unpacked,"
                            + " with their times (cp -a), and for the options of the launcher\"",
                    cache);
        }
        if (ProcessUser.isRoot()) {
            log.warn("running_as_root hint=\"name another user with user= or -u\"");
        }
        Check.warnings(config, Users.load(config))
                .forEach(warning -> log.warn("config_warning {}", warning.text()));
    }

    /**
     * Netty samples one buffer in 128 to find leaks and takes a stack trace of each, which costs 5
     * % of the CPU. Tests check all buffers; in production the property turns it on again.
     */
    private static void stopSampling() {
        if (System.getProperty("io.netty.leakDetection.level") == null
                && System.getProperty("io.netty.leakDetectionLevel") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }
}
