package dev.weir.bench.demo;

import dev.weir.app.Version;
import dev.weir.pgkit.Tools;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** {@code weir demo}: sets up the stage, gives the tour, stays up, and leaves nothing behind. */
public final class Demo {
    private static final int OK = 0;
    private static final int FAILED = 1;

    private final Options options;
    private final Screen screen = new Screen();
    private volatile boolean stopping;
    private @Nullable Stage stage;

    private Demo(Options options) {
        this.options = options;
    }

    public static void main(String[] args) {
        if (System.getenv("WEIR_LOG_LEVEL") == null) {
            // The tour prints its own output; anything that goes wrong in Weir is an ERROR line.
            System.setProperty("WEIR_LOG_LEVEL", "ERROR");
        }
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
        try {
            return new Demo(Options.parse(args)).run();
        } catch (DemoException e) {
            System.err.println("weir: " + e.getMessage());
            return FAILED;
        }
    }

    private int run() throws DemoException {
        checkPort();
        Runtime.getRuntime().addShutdownHook(new Thread(this::interrupted, "demo-stop"));
        try {
            Stage ready = open();
            new Tour(ready, screen).run();
            if (!options.exits()) {
                invite(ready);
                new CountDownLatch(1).await();
            }
            close();
            return OK;
        } catch (DemoException | RuntimeException | InterruptedException e) {
            return failed(e);
        }
    }

    private int failed(Exception e) throws DemoException {
        if (stopping) {
            return FAILED; // Ctrl-C during the tour: the exception is only a consequence
        }
        close();
        throw e instanceof DemoException known ? known : new DemoException("the tour failed: " + e);
    }

    /** Checks, before the slow part begins, that Weir will be able to listen when it ends. */
    private void checkPort() throws DemoException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()));
        } catch (IOException e) {
            throw new DemoException(
                    "cannot listen on 127.0.0.1:"
                            + options.port()
                            + " ("
                            + e.getMessage()
                            + "); stop what listens there, or choose another with --port N");
        }
    }

    /** Holds the lock until everything is up, so that {@link #close} never finds half a stage. */
    private synchronized Stage open() throws DemoException {
        screen.title("Weir " + Version.TEXT + ": starting PostgreSQL …");
        long begin = System.nanoTime();
        Stage opened = Stage.start(options);
        stage = opened;
        screen.say(
                "PostgreSQL %s on 127.0.0.1:%s, streaming to %d replica%s; Weir before it on"
                        + " 127.0.0.1:%s, transaction mode.",
                opened.cluster().primary().queryText("SHOW server_version"),
                String.valueOf(opened.cluster().primary().port()),
                options.replicas(),
                options.replicas() == 1 ? "" : "s",
                String.valueOf(opened.port()));
        screen.say("Up after %.1f s.", (System.nanoTime() - begin) / 1e9);
        return opened;
    }

    private void invite(Stage ready) {
        screen.blank();
        screen.title("Everything stays up until Ctrl-C. Try, in another terminal:");
        screen.blank();
        String url = ready.url(Stage.DATABASE);
        screen.command("psql " + url, "");
        screen.command("pgbench -i -s 5 " + url, "");
        screen.command("pgbench -c 100 -T 10 -S -M prepared " + url, "");
        if (options.replicas() > 0) {
            screen.command(
                    "psql "
                            + url
                            + " -c 'SET weir.explain = on' -c 'SELECT * FROM account LIMIT 1'",
                    "");
            screen.command("psql " + ready.url(Stage.ON_REPLICA), "replicas only");
        }
        String console = "psql " + ready.url("pgbouncer");
        screen.command(console + " -c 'SHOW POOLS'", "the console");
        screen.command(console + " -c 'SHOW NODES'", "");
        screen.command("psql " + ready.directUrl(), "PostgreSQL itself, without Weir");
        screen.command("less " + ready.directory().resolve("weir.ini"), "what Weir runs with");
        if (Tools.find("psql").isEmpty() || Tools.find("pgbench").isEmpty()) {
            screen.blank();
            screen.say("(psql comes with package postgresql-client, pgbench with postgresql.)");
        }
    }

    /** Runs on Ctrl-C and SIGTERM. */
    private void interrupted() {
        stopping = true;
        close();
    }

    private synchronized void close() {
        Stage last = stage;
        if (last == null) {
            return;
        }
        stage = null;
        last.close();
        screen.blank();
        screen.title(
                Optional.ofNullable(options.keep())
                        .map(keep -> "Stopped. The data are kept in " + keep + '.')
                        .orElse("Stopped, and everything removed."));
    }
}
