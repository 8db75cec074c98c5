package dev.weir.config;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The files of one configuration, which include one another: only so many, and only so long
 * altogether. Otherwise ten lines that include their own file would be read for years.
 */
public final class TextFiles {
    /** So many may be read, each time that one is included. */
    public static final int FILES_MAX = 1_000;

    private boolean isGivenUp;
    private int files;
    private long length;

    /** They are nested too deeply: no more are read. */
    public void giveUp() {
        isGivenUp = true;
    }

    /** Whether no more are read, since there were too many. */
    public boolean isOver() {
        return isGivenUp || files > FILES_MAX || length > TextFile.bytesMax();
    }

    /**
     * Reads all of {@code file}, which is UTF-8 text.
     *
     * @throws IOException if it cannot be read, or if it is one too many; the message names the
     *     file and the reason
     */
    public String read(Path file) throws IOException {
        if (++files > FILES_MAX) {
            throw new IOException(
                    "cannot read \""
                            + file
                            + "\": too many files are included (expected: at most "
                            + FILES_MAX
                            + "; does a file include itself?)");
        }
        String text = TextFile.read(file);
        length += text.length();
        if (length > TextFile.bytesMax()) {
            throw new IOException(
                    "cannot read \""
                            + file
                            + "\": with those before it, it is too long (expected: at most "
                            + TextFile.bytesMax()
                            + " bytes)");
        }
        return text;
    }
}
