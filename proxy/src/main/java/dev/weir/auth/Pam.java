package dev.weir.auth;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * One question to Linux-PAM, through its C library (docs/adr/0011): whether the user may log in
 * with this password, according to the service's stacks {@code auth} and {@code account}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/pam_conv.3.html">pam_conv(3)</a>
 */
@SuppressWarnings("restricted") // it calls C
final class Pam {
    private static final int SUCCESS = 0;
    private static final int BUFFER_ERROR = 5;
    private static final int CONVERSATION_ERROR = 19;
    private static final int ITEM_RHOST = 4;
    private static final int PROMPT_ECHO_OFF = 1;
    private static final int ERROR_MESSAGE = 3;
    private static final int TEXT_INFO = 4;

    /** More messages at once than any module sends; as in Linux-PAM. */
    private static final int MESSAGES_MAX = 32;

    private static final long TEXT_BYTES_MAX = 64 * 1024;

    /** {@code struct pam_conv}. */
    private static final StructLayout CONVERSATION =
            MemoryLayout.structLayout(ADDRESS.withName("conv"), ADDRESS.withName("appdata"));

    /** {@code struct pam_message}, of which only the style is read. */
    private static final StructLayout MESSAGE =
            MemoryLayout.structLayout(JAVA_INT, MemoryLayout.paddingLayout(4), ADDRESS);

    /** {@code struct pam_response}: a string that PAM frees, and a zero. */
    private static final StructLayout RESPONSE =
            MemoryLayout.structLayout(ADDRESS, JAVA_INT, MemoryLayout.paddingLayout(4));

    private static final FunctionDescriptor CONV =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    private final String password;

    private Pam(String password) {
        this.password = password;
    }

    /** The functions of libpam, and those of the C library that allocate what libpam frees. */
    private static final class Library {
        static final Linker LINKER = Linker.nativeLinker();
        private static final SymbolLookup PAM =
                SymbolLookup.libraryLookup("libpam.so.0", Arena.global());
        private static final FunctionDescriptor ON_HANDLE =
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT);

        static final MethodHandle START =
                pam(
                        "pam_start",
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        static final MethodHandle START_CONFDIR =
                pam(
                        "pam_start_confdir",
                        FunctionDescriptor.of(
                                JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
        static final MethodHandle SET_ITEM =
                pam("pam_set_item", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS));
        static final MethodHandle AUTHENTICATE = pam("pam_authenticate", ON_HANDLE);
        static final MethodHandle ACCT_MGMT = pam("pam_acct_mgmt", ON_HANDLE);
        static final MethodHandle END = pam("pam_end", ON_HANDLE);
        static final MethodHandle STRERROR =
                pam("pam_strerror", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        static final MethodHandle CALLOC =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("calloc"),
                        FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG));

        private static MethodHandle pam(String name, FunctionDescriptor descriptor) {
            return LINKER.downcallHandle(PAM.findOrThrow(name), descriptor);
        }
    }

    /** Whether this machine has PAM. */
    static boolean isAvailable() {
        try {
            return !Library.START.type().parameterList().isEmpty();
        } catch (LinkageError _) {
            return false;
        }
    }

    /**
     * Asks.
     *
     * @param directory of the service's file; null for the system's
     * @param from where the user comes from, for pam_access(8) and the like; may be empty
     * @return null if the user may log in; otherwise the reason, in PAM's words
     */
    static @Nullable String failure(
            @Nullable String directory, String service, String user, String password, String from) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment slot = arena.allocate(ADDRESS);
            MemorySegment conversation = new Pam(password).conversation(arena);
            int status = start(arena, directory, service, user, conversation, slot);
            if (status != SUCCESS) {
                return "cannot start the service \"" + service + "\": error " + status;
            }
            MemorySegment handle = slot.get(ADDRESS, 0);
            try {
                status = ask(arena, handle, from);
                return status == SUCCESS ? null : reason(handle, status);
            } finally {
                int ended = (int) Library.END.invokeExact(handle, status);
                assert ended >= 0;
            }
        } catch (Throwable e) {
            throw new IllegalStateException("PAM failed", e);
        }
    }

    private static int start(
            Arena arena,
            @Nullable String directory,
            String service,
            String user,
            MemorySegment conversation,
            MemorySegment slot)
            throws Throwable {
        MemorySegment name = arena.allocateFrom(service);
        MemorySegment who = arena.allocateFrom(user);
        if (directory == null) {
            return (int) Library.START.invokeExact(name, who, conversation, slot);
        }
        MemorySegment at = arena.allocateFrom(directory);
        return (int) Library.START_CONFDIR.invokeExact(name, who, conversation, at, slot);
    }

    private static int ask(Arena arena, MemorySegment handle, String from) throws Throwable {
        int status = SUCCESS;
        if (!from.isEmpty()) {
            MemorySegment host = arena.allocateFrom(from);
            status = (int) Library.SET_ITEM.invokeExact(handle, ITEM_RHOST, host);
        }
        if (status == SUCCESS) {
            status = (int) Library.AUTHENTICATE.invokeExact(handle, 0);
        }
        if (status == SUCCESS) {
            status = (int) Library.ACCT_MGMT.invokeExact(handle, 0);
        }
        return status;
    }

    private static String reason(MemorySegment handle, int status) throws Throwable {
        MemorySegment text = (MemorySegment) Library.STRERROR.invokeExact(handle, status);
        return text.equals(MemorySegment.NULL)
                ? "error " + status
                : text.reinterpret(TEXT_BYTES_MAX).getString(0);
    }

    // --- what PAM asks ------------------------------------------------------------------------

    private MemorySegment conversation(Arena arena) throws ReflectiveOperationException {
        MethodHandle answer =
                MethodHandles.lookup()
                        .findVirtual(
                                Pam.class,
                                "answer",
                                MethodType.methodType(
                                        int.class,
                                        int.class,
                                        MemorySegment.class,
                                        MemorySegment.class,
                                        MemorySegment.class))
                        .bindTo(this);
        MemorySegment conversation = arena.allocate(CONVERSATION);
        conversation.set(ADDRESS, 0, Library.LINKER.upcallStub(answer, CONV, arena));
        return conversation;
    }

    /** {@code pam_conv}: answers a question that is not echoed with the password. */
    @SuppressWarnings("unused") // called by libpam
    private int answer(
            int count, MemorySegment messages, MemorySegment responses, MemorySegment data) {
        if (count < 1 || count > MESSAGES_MAX) {
            return CONVERSATION_ERROR;
        }
        try {
            MemorySegment questions = messages.reinterpret(count * ADDRESS.byteSize());
            for (int i = 0; i < count; i++) {
                if (!isAnswered(style(questions, i))) {
                    return CONVERSATION_ERROR;
                }
            }
            MemorySegment answers = allocate(count * RESPONSE.byteSize());
            for (int i = 0; i < count; i++) {
                if (style(questions, i) == PROMPT_ECHO_OFF) {
                    answers.set(ADDRESS, i * RESPONSE.byteSize(), copyOf(password));
                }
            }
            responses.reinterpret(ADDRESS.byteSize()).set(ADDRESS, 0, answers);
            return SUCCESS;
        } catch (Throwable _) {
            return BUFFER_ERROR; // an exception must not cross into C
        }
    }

    private static boolean isAnswered(int style) {
        return style == PROMPT_ECHO_OFF || style == ERROR_MESSAGE || style == TEXT_INFO;
    }

    private static int style(MemorySegment questions, int i) {
        return questions
                .getAtIndex(ADDRESS, i)
                .reinterpret(MESSAGE.byteSize())
                .get(ValueLayout.JAVA_INT, 0);
    }

    private static MemorySegment copyOf(String text) throws Throwable {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        MemorySegment copy = allocate(bytes.length + 1L);
        copy.asSlice(0, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
        return copy;
    }

    /** Zeroed, and freed by PAM. */
    private static MemorySegment allocate(long bytes) throws Throwable {
        MemorySegment memory = (MemorySegment) Library.CALLOC.invokeExact(1L, bytes);
        if (memory.equals(MemorySegment.NULL)) {
            throw new OutOfMemoryError("calloc " + bytes);
        }
        return memory.reinterpret(bytes);
    }
}
