package dev.weir.auth;

import dev.weir.backend.Credential;
import dev.weir.config.FileStamp;
import dev.weir.config.TextFile;
import dev.weir.net.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file that contains one password and nothing else: a mounted secret, or a token that is renewed
 * from time to time. One line break at its end is ignored. Thread-safe; never printed.
 */
final class PasswordFile {
    private static final int BYTES_MAX = 65_531;

    private final Path path;
    private final AtomicLong version = new AtomicLong();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable Content content;
    private final Clock clock;
    private volatile long lookedNanos;

    private record Content(@Nullable FileStamp stamp, Credential credential) {}

    PasswordFile(String path, Clock clock) {
        this.path = Path.of(path);
        this.clock = clock;
        this.lookedNanos = clock.nanoTime();
    }

    /**
     * Reads the file, unless it is unchanged. Blocks.
     *
     * @param anew whether to read it even if it looks unchanged
     * @return the password, the same object as long as it is the same; or the reason why there is
     *     none
     */
    synchronized Credential read(boolean anew) {
        Content before = content;
        FileStamp stamp = stamp();
        if (!anew && before != null && stamp != null && stamp.equals(before.stamp)) {
            return before.credential;
        }
        Credential credential = parse();
        if (before != null) {
            if (isSame(before.credential, credential)) {
                credential = before.credential;
            } else {
                version.incrementAndGet();
            }
        }
        content = new Content(stamp, credential);
        return credential;
    }

    private static boolean isSame(Credential before, Credential now) {
        return before instanceof Credential.Password one
                        && now instanceof Credential.Password two
                        && one.isSame(two)
                || before instanceof Credential.None
                        && now instanceof Credential.None
                        && before.toString().equals(now.toString());
    }

    private @Nullable FileStamp stamp() {
        try {
            return FileStamp.of(path);
        } catch (IOException _) {
            return null; // reading it says why
        }
    }

    private Credential parse() {
        try {
            if (Files.isRegularFile(path) && Files.size(path) > BYTES_MAX + 2) {
                return none("is too long (expected: at most " + BYTES_MAX + " bytes)");
            }
            ByteBuffer bytes = ByteBuffer.wrap(TextFile.bytes(path, BYTES_MAX + 2));
            String all = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            String text = withoutLineBreak(all);
            if (text.isEmpty()) {
                return none("is empty (expected: a password)");
            }
            return text.indexOf('\0') < 0
                    ? new Credential.Password(text)
                    : none("holds a zero byte (expected: a password)");
        } catch (NoSuchFileException _) {
            return none("does not exist");
        } catch (CharacterCodingException _) {
            return none("is not UTF-8 text");
        } catch (IOException e) {
            return none("cannot be read: " + TextFile.reason(e));
        }
    }

    private static String withoutLineBreak(String text) {
        int end = text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0;
        return text.substring(0, text.length() - end);
    }

    private Credential none(String why) {
        return Credential.None.because("no password, as password_file \"" + path + "\" " + why);
    }

    /**
     * How often the file was seen to have changed. Does not block: it has somebody else look, and
     * the answer is that of the look before.
     *
     * @param intervalNanos the time between two looks
     */
    long version(long intervalNanos) {
        long now = clock.nanoTime();
        if (now - lookedNanos >= intervalNanos && looking.compareAndSet(false, true)) {
            lookedNanos = now;
            Thread.ofVirtual()
                    .name("weir-password-file")
                    .start(() -> {
                        try {
                            read(false);
                        } finally {
                            looking.set(false);
                        }
                    });
        }
        return version.get();
    }

    @Override
    public String toString() {
        return "PasswordFile[" + path + "]";
    }
}
