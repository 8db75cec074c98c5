package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A statement text and all that is known of it: the bytes, the parameter types that a Parse
 * declares, and the rules under which they were read, lexed once.
 *
 * <p>Two are equal if these three are equal. {@link Texts} keeps one of each for its loop; a text
 * that it gives up lives on as long as a prepared statement names it. Immutable for its users;
 * confined to the loop of its {@link Texts}, as it finds out some things only when asked.
 */
public final class Text {
    /*
     * What depends on the text alone is found when the text is made (facts) or when it is asked for
     * first (access, fingerprint). What depends on the database's catalog as well (what it may leave
     * behind) is judged on demand, and remembered with the names that it was judged by.
     */

    /** About what an object of this class and its place in a table take, in bytes. */
    private static final int OBJECT_BYTES = 128;

    private static final int NAME_BYTES = 64;

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /** The text, then {@link Lexer#PADDING} zero bytes. */
    private final byte[] bytes;

    /** What follows the text's NUL in a Parse: the number of types, then their OIDs. */
    private final byte[] types;

    private final LexicalRules rules;
    private final long hash;
    private final StatementFacts facts;
    private final TextReader reader;

    private @Nullable Access access;
    private long fingerprint;

    /** The names by which {@link #effects} was found; null if it was not. */
    private @Nullable StateNames judgedBy;

    private int effects;

    /** Whether it was looked up since the table's hand last passed. */
    private boolean used;

    /** Copies and classifies the text at hand of {@code reader}. */
    Text(TextReader reader, LexicalRules rules, long hash) {
        this.bytes = reader.copyOfBytes();
        this.types = reader.copyOfTypes();
        this.rules = rules;
        this.hash = hash;
        this.reader = reader;
        this.facts = reader.facts(rules).copy();
    }

    /** Whether this is the text at hand of {@code other}. */
    boolean is(TextReader other, LexicalRules otherRules, long otherHash) {
        return hash == otherHash && rules == otherRules && other.is(bytes, types);
    }

    /** How many bytes the text has, without the terminating NUL. */
    public int length() {
        return bytes.length - Lexer.PADDING;
    }

    /** What it may do to the session that runs it. */
    public StatementFacts facts() {
        return facts;
    }

    /** What it asks of the node that runs it. */
    public Access access() {
        Access known = access;
        if (known == null) {
            access = known = reader.access(bytes, length(), rules);
        }
        return known;
    }

    /** Remembers that a standby refused the text; from now on it is no read. Returns what it is. */
    public Access refused() {
        Access refused = access().refused();
        access = refused;
        return refused;
    }

    /** The {@link StateEffects} of running it, where these names may do something. */
    public int effects(StateNames names) {
        if (names != judgedBy) {
            effects = reader.effects(bytes, length(), rules, names) | ofTypes(names);
            judgedBy = names;
        }
        return effects;
    }

    /** What the values of its parameters may do, of which its words say nothing. */
    private int ofTypes(StateNames names) {
        for (int at = Short.BYTES; at + Integer.BYTES <= types.length; at += Integer.BYTES) {
            if (!names.isHarmlessType((int) INT.get(types, at))) {
                return StateEffects.SESSION;
            }
        }
        return 0;
    }

    /**
     * Tells texts apart that differ in more than constants, letter case, white space and comments.
     * The same everywhere and at any time; see {@link Fingerprinter}.
     */
    public long fingerprint() {
        long known = fingerprint;
        if (known == 0) {
            fingerprint = known = reader.fingerprint(bytes, rules);
        }
        return known;
    }

    /** The text with a parameter symbol for each constant. Made anew each time. */
    public String normalised() {
        return reader.normalised(bytes, rules);
    }

    /** The text as its client wrote it, read as UTF-8. Made anew each time. */
    public String spelled() {
        return new String(bytes, 0, length(), StandardCharsets.UTF_8);
    }

    /** How many bytes a Parse of the text under a name has, its tag included. */
    public int parseBytes(byte[] name) {
        return 1 + Integer.BYTES + name.length + 1 + length() + 1 + types.length;
    }

    /** Writes a Parse of the text under a name. */
    public void writeParse(ByteBuf out, byte[] name) {
        out.writeByte('P');
        out.writeInt(parseBytes(name) - 1);
        out.writeBytes(name).writeByte(0);
        out.writeBytes(bytes, 0, length() + 1).writeBytes(types);
    }

    /** How much memory it takes, in bytes, about. */
    public int weight() {
        return OBJECT_BYTES
                + bytes.length
                + types.length
                + NAME_BYTES * facts.parameterNames().size();
    }

    long hash() {
        return hash;
    }

    void use() {
        used = true;
    }

    /** Whether it was used since this was asked last. */
    boolean takeUsed() {
        boolean was = used;
        used = false;
        return was;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Text that
                        && hash == that.hash
                        && rules == that.rules
                        && Arrays.equals(bytes, that.bytes)
                        && Arrays.equals(types, that.types);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return normalised();
    }
}
