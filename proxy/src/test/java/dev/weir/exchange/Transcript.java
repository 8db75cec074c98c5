package dev.weir.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A conversation with a real PostgreSQL server, one line per event in the order the client saw
 * them.
 *
 * <pre>
 * # a comment
 * setup sql                    runs before, unseen
 * only 18                      older versions say something else
 * &gt; P - select 1 | S           one write, of these {@linkplain Frame frames}
 * wait 1 Z                     the client now reads up to these messages, in this order
 * &lt; C SELECT 1                 what it read
 * = busy                       the server's own view of the session then, from pg_stat_activity:
 *                              idle, transaction, failed, busy, or gone
 * ! skipping                   what the ledger must say: batch, skipping, copying, uncertain, or none
 * </pre>
 *
 * The script is everything but the {@code <} and {@code =} lines, which a recorder fills in.
 */
record Transcript(String name, List<String> lines) {
    static Transcript read(Path file) {
        try {
            String name = file.getFileName().toString().replaceFirst("\\.txt$", "");
            return new Transcript(name, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Every transcript of a folder, by name. */
    static List<Transcript> readAll(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .map(Transcript::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /**
     * Whether servers of this version say so, or versions differ and this is another's transcript.
     */
    boolean isOf(int majorVersion) {
        return lines.stream().noneMatch(line -> line.startsWith("only "))
                || lines.contains("only " + majorVersion);
    }

    /** What a recorder needs: the lines that no server said. */
    List<String> script() {
        return lines.stream()
                .filter(line -> !line.startsWith("< ") && !line.startsWith("= "))
                .toList();
    }

    static List<Frame> frames(String line) {
        List<Frame> frames = new ArrayList<>();
        for (String frame : line.substring(2).split(" \\| ", -1)) {
            frames.add(new Frame(frame));
        }
        return frames;
    }

    static List<String> words(String line) {
        return Arrays.asList(line.split(" ", -1)).subList(1, line.split(" ", -1).length);
    }

    @Override
    public String toString() {
        return name;
    }
}
