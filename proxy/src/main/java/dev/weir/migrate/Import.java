package dev.weir.migrate;

import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Converts the configuration of another pooler. */
public final class Import {
    /** The pooler that a configuration is for. */
    public enum Format {
        ODYSSEY,
        PGCAT,
        PGDOG,
        PGPOOL;

        /** Returns the name in the form used on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Import() {}

    /** The file cannot be read in the expected format. */
    public static final class ImportException extends Exception {
        private static final long serialVersionUID = 1;

        ImportException(String message) {
            super(message);
        }
    }

    /**
     * Reads {@code file}, and for pgdog also the users.toml beside it.
     *
     * @param format null to detect it from the file
     * @throws IOException if a file cannot be read
     * @throws ImportException with what is wrong, and where
     */
    public static Draft read(Path file, @Nullable Format format)
            throws IOException, ImportException {
        String text = TextFile.read(file);
        Format of = format == null ? format(file, text) : format;
        Draft draft = new Draft(";; Made by weir import from " + file + " (" + of + ").");
        switch (of) {
            case ODYSSEY -> new Odyssey(draft, OdysseyFile.read(file)).convert();
            case PGCAT -> new PgCat(draft, Toml.read(file.toString(), text)).convert();
            case PGDOG -> new PgDog(draft, Toml.read(file.toString(), text), users(file)).convert();
            case PGPOOL -> new PgPool(draft, PgPoolFile.read(file.toString(), text)).convert();
        }
        draft.monitors();
        return draft;
    }

    private static Keys users(Path file) throws IOException, ImportException {
        Path users = file.resolveSibling("users.toml");
        return Toml.read(users.toString(), Files.exists(users) ? TextFile.read(users) : "");
    }

    private static Format format(Path file, String text) throws ImportException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        for (Format format : Format.values()) {
            if (name.contains(format.toString())) {
                return format;
            }
        }
        if (text.contains("[[databases]]")) {
            return Format.PGDOG;
        } else if (text.contains("[pools.")) {
            return Format.PGCAT;
        } else if (text.contains("backend_hostname0")) {
            return Format.PGPOOL;
        } else if (text.contains("storage \"")) {
            return Format.ODYSSEY;
        }
        throw new ImportException(
                file
                        + ": not known as any configuration (expected: odyssey.conf, pgcat.toml,"
                        + " pgdog.toml or pgpool.conf; --from says which one it is)");
    }
}
