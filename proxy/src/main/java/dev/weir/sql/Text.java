package dev.weir.sql;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A statement text and everything that is known of it: the bytes, the parameter types that a Parse
 * declares, and the lexical rules under which they were read; lexed once.
 *
 * <p>Two are equal if these three are equal. {@link Texts} keeps one of each for its loop; a text
 * that it drops lives on as long as a prepared statement refers to it. Immutable for its users;
 * confined to the loop of its {@link Texts}, since it finds out some things only when asked.
 */
public final class Text {
    /*
     * What depends on the text alone is found when the text is created (facts) or when it is first
     * asked for (access, fingerprint). What also depends on the database's catalog (what the text
     * may leave behind) is judged on demand, and remembered with the names by which it was judged.
     */

    /** The approximate memory of an object of this class and its place in a table, in bytes. */
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

    /** The names by which {@link #effects} was judged; null if it was not. */
    private @Nullable StateNames judgedBy;

    private int effects;

    /** Whether it has been looked up since the table's hand last passed. */
    private boolean used;

    /** Copies and classifies the current text of {@code reader}. */
    Text(TextReader reader, LexicalRules rules, long hash) {
        this.bytes = reader.copyOfBytes();
        this.types = reader.copyOfTypes();
        this.rules = rules;
        this.hash = hash;
        this.reader = reader;
        this.facts = reader.facts(rules).copy();
    }

    /** Whether this is the current text of {@code other}. */
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

    /** The access that it needs. */
    public Access access() {
        Access known = access;
        if (known == null) {
            access = known = reader.access(bytes, length(), rules);
        }
        return known;
    }

    /** Remembers that a standby refused the text, which is no longer a read; returns its access. */
    public Access refused() {
        Access refused = access().refused();
        access = refused;
        return refused;
    }

    /** The {@link StateEffects} of running it, by these names. */
    public int effects(StateNames names) {
        if (names != judgedBy) {
            effects = reader.effects(bytes, length(), rules, names) | ofTypes(names);
            judgedBy = names;
        }
        return effects;
    }

    /** All names in it, and what it does besides what they may do. Computed each time. */
    RoutineState uses() {
        return reader.uses(bytes, length(), rules);
    }

    /** The OIDs of the types of its parameters, sorted. */
    int[] typeOids() {
        int[] oids = new int[(types.length - Short.BYTES) / Integer.BYTES];
        for (int i = 0; i < oids.length; i++) {
            oids[i] = (int) INT.get(types, Short.BYTES + i * Integer.BYTES);
        }
        Arrays.sort(oids);
        return oids;
    }

    /** The effects of the types of its parameters, which its words do not show. */
    private int ofTypes(StateNames names) {
        for (int at = Short.BYTES; at + Integer.BYTES <= types.length; at += Integer.BYTES) {
            if (!names.isHarmlessType((int) INT.get(types, at))) {
                return StateEffects.SESSION;
            }
        }
        return 0;
    }

    /**
     * A number that distinguishes texts that differ in more than constants, letter case, white
     * space and comments. The same everywhere and at any time; see {@link Fingerprinter}.
     */
    public long fingerprint() {
        long known = fingerprint;
        if (known == 0) {
            fingerprint = known = reader.fingerprint(bytes, rules);
        }
        return known;
    }

    /** The text with a parameter symbol for each constant. Computed each time. */
    public String normalised() {
        return reader.normalised(bytes, rules);
    }

    /** The text as its client wrote it, read as UTF-8. Computed each time. */
    public String spelled() {
        return new String(bytes, 0, length(), StandardCharsets.UTF_8);
    }

    /** The size in bytes of a Parse of the text under a name, including its tag. */
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

    /** The span for which it was sent; null if it does not say. Computed each time. */
    public @Nullable TraceParent traceParent() {
        return TraceParent.of(bytes, length());
    }

    /** Whether it may begin or end with a comment. */
    public boolean hasOuterComment() {
        int length = length();
        return length > 0
                && (bytes[0] == '/' || bytes[length - 1] == '/' || bytes[length - 1] <= ';');
    }

    /** The approximate memory that it takes, in bytes. */
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

    /** Whether it has been used since the last call. */
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
