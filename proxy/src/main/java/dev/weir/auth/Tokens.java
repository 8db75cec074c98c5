package dev.weir.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.config.Config;
import dev.weir.config.ConfigException;
import dev.weir.config.Problem;
import dev.weir.config.Settings;
import dev.weir.config.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that programs show at the operations port instead of a name and a password: {@code
 * ops_tokens_file}. A line has a name, {@code admin} or {@code stats}, and the token's SHA-256 in
 * hexadecimal; {@code ;} and {@code #} begin a comment line. A name may have several tokens, so
 * that one can take the place of another. Immutable.
 */
public final class Tokens {
    private static final Pattern LINE =
            Pattern.compile("(\\S{1,127})\\s+(admin|stats)\\s+(\\p{XDigit}{64})");

    private static final String EXPECTED =
            "(expected: a name, admin or stats, and the SHA-256 of the token in hexadecimal)";

    private final List<Token> all;

    /** The holder of a token, and whether it may do everything or only look. */
    public record Holder(String name, boolean isAdmin) {}

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Token(Holder holder, byte[] hash) {}

    private Tokens(List<Token> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Reads the file that the configuration names, if it names one.
     *
     * @throws ConfigException with every line that is wrong
     */
    public static Tokens load(Config config) throws ConfigException {
        String path = config.get(Settings.OPS_TOKENS_FILE);
        if (path.isEmpty()) {
            return new Tokens(List.of());
        }
        try {
            return parse(path, TextFile.read(Path.of(path)));
        } catch (IOException e) {
            var problem = new Problem(path, 0, String.valueOf(e.getMessage()));
            throw config.atNameOf(Settings.OPS_TOKENS_FILE, new ConfigException(List.of(problem)));
        }
    }

    /** Reads {@code text} as if it were the contents of a file with that name. */
    static Tokens parse(String fileName, String text) throws ConfigException {
        List<Token> all = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String stripped = line.strip();
            if (stripped.isEmpty() || stripped.startsWith(";") || stripped.startsWith("#")) {
                continue;
            }
            Matcher parts = LINE.matcher(stripped);
            if (parts.matches()) {
                var holder = new Holder(parts.group(1), parts.group(2).equals("admin"));
                all.add(new Token(holder, HexFormat.of().parseHex(parts.group(3))));
            } else { // it may be the token itself, and is not shown
                problems.add(new Problem(fileName, number, "no such line " + EXPECTED));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Tokens(all);
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /**
     * Returns whose token this is, or null. Takes as long for each, so that nobody learns how much
     * of a guess was right.
     */
    public @Nullable Holder holder(String token) {
        byte[] hash = sha256(token);
        Holder found = null;
        for (Token one : all) {
            if (MessageDigest.isEqual(one.hash, hash)) {
                found = one.holder;
            }
        }
        return found;
    }

    private static byte[] sha256(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each JVM has it
        }
    }

    @Override
    public String toString() {
        return "Tokens[" + all.size() + "]";
    }
}
