package dev.weir.os;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The functions of the C library that this package needs; a failure is an exception. */
@SuppressWarnings("restricted")
final class CLibrary {
    private static final Linker linker = Linker.nativeLinker();
    private static final SymbolLookup symbols = linker.defaultLookup();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private CLibrary() {}

    /** A function that returns an int and, where that is negative, sets errno. */
    record Function(String name, MethodHandle handle) {
        /**
         * Calls the function.
         *
         * @throws IOException that gives the name of the function and the text of errno
         */
        int call(Object... arguments) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                Object[] all = new Object[arguments.length + 1];
                all[0] = state;
                System.arraycopy(arguments, 0, all, 1, arguments.length);
                Object result = handle.invokeWithArguments(all);
                int value = ((Number) result).intValue();
                if (value < 0) {
                    throw new IOException(name + ": " + text((int) ERRNO.get(state, 0L)));
                }
                return value;
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(name, e);
            }
        }
    }

    static Function function(
            String name, ValueLayout result, MemoryLayout[] arguments, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(options, 0, all, 1, options.length);
        FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
        return new Function(
                name, linker.downcallHandle(symbols.findOrThrow(name), descriptor, all));
    }

    static Function function(String name, MemoryLayout... arguments) {
        return function(name, JAVA_INT, arguments);
    }

    /** A function that cannot fail, or that reports failure by its result alone. */
    static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return linker.downcallHandle(symbols.findOrThrow(name), descriptor);
    }

    /** {@code read} and {@code sendto} return a ssize_t. */
    static Function sized(String name, MemoryLayout... arguments) {
        return function(name, JAVA_LONG, arguments);
    }

    private static String text(int errno) throws IOException {
        MethodHandle strerror = handle("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));
        try {
            MemorySegment text = (MemorySegment) strerror.invokeExact(errno);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw new IOException("errno " + errno, e);
        }
    }
}
