package dev.weir.pgkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of a postmaster and, through /proc, of its children: start, signals, end. */
final class ServerProcess {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int STATUS_LINE = 7;

    private final Process process;
    private final Path data;
    private final Path log;

    private ServerProcess(Process process, Path data, Path log) {
        this.process = process;
        this.data = data;
        this.log = log;
    }

    static ServerProcess start(Account account, Path bin, Path data, Path log) {
        List<String> command = List.of(bin.resolve("postgres").toString(), "-D", data.toString());
        ProcessBuilder builder =
                new ProcessBuilder(account.command(command))
                        .directory(new File("/"))
                        .redirectErrorStream(true)
                        .redirectInput(Path.of("/dev/null").toFile())
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            return new ServerProcess(builder.start(), data, log);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL in " + data, e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until the server accepts connections; if it ends, throws with the end of its log. */
    void awaitReady() {
        Await.until("PostgreSQL to start in " + data, START_LIMIT, () -> isReady() || !isAlive());
        if (!isAlive()) {
            throw new IllegalStateException(
                    "PostgreSQL ended at its start, exit: "
                            + process.exitValue()
                            + "\n"
                            + logTail());
        }
    }

    /**
     * Reads the file that the postmaster writes for pg_ctl: its process ID comes first, its status
     * is in line 8.
     */
    private boolean isReady() {
        try {
            List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
            return lines.size() > STATUS_LINE
                    && lines.getFirst().strip().equals(String.valueOf(pid()))
                    && lines.get(STATUS_LINE).strip().equals("ready");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Shuts the server down, whether or not it is suspended; kills it if it does not end. */
    void stop(StopMode mode) {
        resume();
        signal(mode.signal(), List.of(pid()));
        if (!ends(STOP_LIMIT)) {
            kill();
            throw new IllegalStateException(
                    "PostgreSQL did not end after "
                            + mode
                            + " in "
                            + STOP_LIMIT
                            + "\n"
                            + logTail());
        }
    }

    /** Ends the postmaster and its children at once, like a power failure. */
    void kill() {
        List<Long> all = suspend();
        signal("KILL", all);
        ends(STOP_LIMIT);
        // Their shared memory must be released, or the next postmaster refuses to start.
        Await.until(
                "the end of " + all,
                STOP_LIMIT,
                () -> all.stream().noneMatch(ServerProcess::lives));
    }

    /** Suspends the postmaster and its children; returns their process IDs. */
    List<Long> suspend() {
        signal("STOP", List.of(pid()));
        List<Long> children = descendants();
        signal("STOP", children);
        List<Long> all = new ArrayList<>(children);
        all.add(pid());
        return all;
    }

    void resume() {
        List<Long> all = descendants();
        all.add(pid());
        signal("CONT", all);
    }

    void reload() {
        signal("HUP", List.of(pid()));
    }

    private List<Long> descendants() {
        return new ArrayList<>(process.descendants().map(ProcessHandle::pid).toList());
    }

    private boolean ends(Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL ends", e);
        }
    }

    /** Whether the process exists and is not a zombie that nobody has reaped. */
    private static boolean lives(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException gone) {
            return false;
        }
    }

    /** Sends a signal to those processes that still exist. */
    private static void signal(String name, List<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        StringBuilder script = new StringBuilder();
        for (long pid : pids) {
            script.append("kill -").append(name).append(' ').append(pid).append("; ");
        }
        Tools.run(Duration.ofSeconds(10), "sh", "-c", script.toString());
    }

    private String logTail() {
        try {
            String text = Files.readString(log, StandardCharsets.UTF_8);
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (IOException e) {
            return "(its log is unreadable: " + e + ")";
        }
    }
}
