package dev.weir.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** The records in a file. */
@NullMarked
record AuditFile(Path path) {
    List<String> lines() {
        try {
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a record. */
    String await(Predicate<String> wanted) {
        return Awaitility.await(path.toString())
                .until(() -> lines().stream().filter(wanted).findFirst(), one -> one.isPresent())
                .orElseThrow();
    }

    /** Waits for the record of a statement with this text. */
    String statement(String text) {
        return await(line -> text.equals(member(line, "text")));
    }

    /** Waits until there are so many. */
    List<String> awaitCount(int count) {
        Awaitility.await(path.toString()).until(() -> lines().size() >= count);
        return lines();
    }

    /** What a member of a record is, without quotes; null if it is null, or not there. */
    static @Nullable String member(String line, String name) {
        Matcher found =
                Pattern.compile('"' + name + "\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}]*))")
                        .matcher(line);
        if (!found.find() || "null".equals(found.group(2))) {
            return null;
        }
        return found.group(1) != null ? found.group(1) : found.group(2);
    }
}
