package dev.weir.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Reads the files that operators write, and replaces those that Weir keeps for itself. Only regular
 * files are read, and links to them, up to {@link #bytesMax} bytes: a pipe would be waited for, and
 * a device such as {@code /dev/zero} has no end.
 */
public final class TextFile {
    /** The longest file: the secrets of some 400,000 users. */
    public static final int BYTES_MAX = 64 << 20;

    /**
     * A byte of a users file may take so many of the heap, as was found by trying: the old users
     * are there while the new ones are read.
     */
    private static final int HEAP_BYTES_PER_BYTE = 16;

    private TextFile() {}

    /** How long a file may be: if the heap is small, less than {@link #BYTES_MAX}. */
    public static int bytesMax() {
        return (int) Math.min(BYTES_MAX, Runtime.getRuntime().maxMemory() / HEAP_BYTES_PER_BYTE);
    }

    /**
     * Reads all of {@code file}, which is UTF-8 text.
     *
     * @throws IOException if it cannot be read; the message names the file and the reason
     */
    public static String read(Path file) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(bytes(file, bytesMax()));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IOException e) {
            throw new IOException("cannot read \"" + file + "\": " + reason(e), e);
        }
    }

    /**
     * Reads all of {@code file}.
     *
     * @param max how many bytes it may hold
     * @throws IOException see {@link #reason}
     */
    public static byte[] bytes(Path file, int max) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] all = in.readNBytes(max);
            if (in.read() >= 0) {
                throw new FileSystemException(
                        file.toString(), null, "too long (expected: at most " + max + " bytes)");
            }
            return all;
        }
    }

    /**
     * Puts {@code text} in the place of what {@code file} holds, if it exists. Whoever reads it,
     * even after a crash, finds all of the one or all of the other. The folder must be writable:
     * the text goes through a file beside it whose name ends in {@code .new}.
     *
     * @throws IOException see {@link #reason}
     */
    public static void replace(Path file, String text) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        try (var out =
                FileChannel.open(
                        draft,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Why a file could not be read, without its name. */
    public static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "not UTF-8 text";
            case FileSystemException e when e.getReason() != null -> e.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }
}
