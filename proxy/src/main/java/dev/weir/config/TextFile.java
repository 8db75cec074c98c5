package dev.weir.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads UTF-8 text files that operators write. */
public final class TextFile {
    private TextFile() {}

    /**
     * Reads all of {@code file}.
     *
     * @throws IOException if it cannot be read; the message names the file and the reason
     */
    public static String read(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IOException("cannot read \"" + file + "\": no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException("cannot read \"" + file + "\": permission denied", e);
        } catch (CharacterCodingException e) {
            throw new IOException("cannot read \"" + file + "\": not UTF-8 text", e);
        } catch (IOException e) {
            throw new IOException("cannot read \"" + file + "\": " + e.getMessage(), e);
        }
    }
}
