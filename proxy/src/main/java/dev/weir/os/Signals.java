package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signals that operators send.
 *
 * <p>The JVM reserves SIGQUIT for itself. Therefore the launcher starts it with the signals
 * blocked, and they are read from a {@code signalfd(2)}, where a signal that arrives during startup
 * waits. A JVM that was started without the launcher receives them, except for SIGQUIT, through
 * {@code sun.misc.Signal}.
 */
public final class Signals {
    /** The signals that have a meaning, with their numbers on Linux. */
    public enum Signal {
        HUP(1),
        INT(2),
        QUIT(3),
        TERM(15),
        USR1(10),
        USR2(12);

        private final int number;

        Signal(int number) {
            this.number = number;
        }

        private long bit() {
            return 1L << (number - 1);
        }
    }

    private static final int SIGSET_BYTES = 128;
    private static final int SIGINFO_BYTES = 128;
    private static final int CLOSE_ON_EXEC = 0x80000;

    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Passes every signal from now on to {@code receiver}, on a thread that may block.
     *
     * @throws IOException if the kernel refuses
     */
    public static void listen(Consumer<Signal> receiver) throws IOException {
        if (areBlocked()) {
            int file = open();
            Thread.ofPlatform().daemon().name("weir-signals").start(() -> readAll(file, receiver));
        } else {
            handle(receiver);
        }
    }

    /** Whether the launcher has blocked the signals for this process. */
    static boolean areBlocked() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.notExists(status)) {
            return false;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("SigBlk:")) {
                long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                return (mask & Signal.QUIT.bit()) != 0;
            }
        }
        return false;
    }

    // --- signalfd -----------------------------------------------------------------------------

    private static int open() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIGSET_BYTES, Long.BYTES);
            long mask = 0;
            for (Signal signal : Signal.values()) {
                mask |= signal.bit();
            }
            set.set(JAVA_LONG, 0, mask);
            return CLibrary.function("signalfd", JAVA_INT, ADDRESS, JAVA_INT)
                    .call(-1, set, CLOSE_ON_EXEC);
        }
    }

    private static void readAll(int file, Consumer<Signal> receiver) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(SIGINFO_BYTES, Long.BYTES);
            var read = CLibrary.sized("read", JAVA_INT, ADDRESS, JAVA_LONG);
            while (true) {
                read.call(file, info, (long) SIGINFO_BYTES);
                int number = info.get(JAVA_INT, 0);
                for (Signal signal : Signal.values()) {
                    if (signal.number == number) {
                        tell(receiver, signal);
                    }
                }
            }
        } catch (IOException e) {
            log.error("signals_lost", e);
        }
    }

    private static void tell(Consumer<Signal> receiver, Signal signal) {
        try {
            receiver.accept(signal);
        } catch (RuntimeException | Error e) { // the next signal must be heard whatever it was
            log.error("signal_failed signal={}", signal, e);
        }
    }

    // --- without the launcher -----------------------------------------------------------------

    /** Uses reflection: javac warns about each use of this package, and there is no other way. */
    private static void handle(Consumer<Signal> receiver) throws IOException {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            for (Signal signal : Signal.values()) {
                if (signal == Signal.QUIT) {
                    continue;
                }
                Object handler =
                        Proxy.newProxyInstance(
                                Signals.class.getClassLoader(),
                                new Class<?>[] {handlerType},
                                (_, method, _) -> {
                                    if (method.getName().equals("handle")) {
                                        tell(receiver, signal);
                                    }
                                    return null;
                                });
                Object named = type.getConstructor(String.class).newInstance(signal.name());
                type.getMethod("handle", type, handlerType).invoke(null, named, handler);
            }
        } catch (ReflectiveOperationException e) {
            throw new IOException("cannot handle signals: " + e.getCause(), e);
        }
    }
}
