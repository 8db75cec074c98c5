package dev.weir.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.backend.Credential;
import dev.weir.net.Clock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
final class PasswordFileTest {
    @TempDir Path directory;

    @Test
    void oneLineBreakAtTheEndIsCut() throws IOException {
        assertThat(read("sun\n")).isTrue();
        assertThat(read("sun\r\n")).isTrue();
        assertThat(read("sun")).isTrue();
        assertThat(read("sun\n\n")).isFalse();
        assertThat(read(" sun")).isFalse();
    }

    private boolean read(String content) throws IOException {
        Path path = Files.writeString(directory.resolve("password"), content);
        return new PasswordFile(path.toString(), Clock.system()).read(false)
                        instanceof Credential.Password password
                && password.isSame(new Credential.Password("sun"));
    }

    @Test
    void theSamePasswordIsTheSameObject() throws IOException {
        Path path = Files.writeString(directory.resolve("password"), "sun");
        var file = new PasswordFile(path.toString(), Clock.system());
        Credential first = file.read(false);
        assertThat(file.read(false)).isSameAs(first);
        assertThat(file.read(true)).isSameAs(first);
        assertThat(file.version(0)).isZero();
    }

    /** As Kubernetes does it: the new file takes the place of the old one, perhaps as old. */
    @Test
    void aReplacedFileIsReadAgain() throws IOException {
        Path path = Files.writeString(directory.resolve("password"), "sun");
        var file = new PasswordFile(path.toString(), Clock.system());
        Credential first = file.read(false);
        Path next = Files.writeString(directory.resolve("next"), "rai");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(path));
        Files.move(next, path, StandardCopyOption.REPLACE_EXISTING);
        assertThat(file.read(false)).isNotSameAs(first).isInstanceOf(Credential.Password.class);
    }

    /** Whoever asks for the version does not wait; it is there soon. */
    @Test
    void aChangeIsSeenByWhoeverWaitsForIt() throws IOException {
        Path path = Files.writeString(directory.resolve("password"), "sun");
        var file = new PasswordFile(path.toString(), Clock.system());
        file.read(false);
        Files.writeString(path, "rain");
        Files.setLastModifiedTime(path, FileTime.fromMillis(1));
        Awaitility.await().until(() -> file.version(0) == 1);
    }

    /** A token that is rewritten in place could look as it did. */
    @Test
    void aPasswordThatWasRefusedIsReadAgainInAnyCase() throws IOException {
        Path path = Files.writeString(directory.resolve("password"), "sun");
        FileTime time = Files.getLastModifiedTime(path);
        var file = new PasswordFile(path.toString(), Clock.system());
        Credential first = file.read(false);
        Files.writeString(path, "sky");
        Files.setLastModifiedTime(path, time);
        assertThat(file.read(false)).isSameAs(first);
        assertThat(file.read(true)).isNotSameAs(first);
    }

    @Test
    void saysWhyThereIsNoPassword() throws IOException {
        Path path = directory.resolve("password");
        assertThat(reason(path)).endsWith("password\" does not exist");
        Files.writeString(path, "\n");
        assertThat(reason(path)).endsWith("is empty (expected: a password)");
        Files.write(path, new byte[] {(byte) 0xff, 'x'});
        assertThat(reason(path)).endsWith("is not UTF-8 text");
        Files.writeString(path, "a\0b");
        assertThat(reason(path)).endsWith("holds a zero byte (expected: a password)");
        Files.write(path, "x".repeat(70_000).getBytes(StandardCharsets.US_ASCII));
        assertThat(reason(path)).endsWith("is too long (expected: at most 65531 bytes)");
        Files.delete(path);
        Files.createDirectory(path);
        assertThat(reason(path)).contains("cannot be read: ");
    }

    private static String reason(Path path) {
        Credential found = new PasswordFile(path.toString(), Clock.system()).read(false);
        assertThat(found).isInstanceOf(Credential.None.class);
        return found.toString();
    }
}
