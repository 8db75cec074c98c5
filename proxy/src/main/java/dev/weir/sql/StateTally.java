package dev.weir.sql;

import java.util.Arrays;

/**
 * What has been found in a text so far: effects, with the first token of each, and the occasions on
 * which they depend. Looks up names and operators as they come, or collects them. Allocates nothing
 * unless it collects.
 */
final class StateTally {
    private static final int KINDS = StateEffects.BITS * (StateEffects.OCCASIONS + 1);

    /** Characters that let an operator end with + or -. */
    private static final String ENDS_WITH_SIGN = "~!@#^&|`?%";

    private static final int UNEQUAL = NameHash.ofName("<>");

    private final Lexer lexer;
    private final byte[] scratch = new byte[2 * Spelling.NAME_BYTES_MAX + Lexer.PADDING];
    private final int[] starts = new int[KINDS];
    private final int[] ends = new int[KINDS];

    private StateNames names = StateNames.builtin();
    private boolean isAscii;
    private boolean collects;
    private int[] collected = {};
    private int count;
    private int effects;
    private int occasions;

    StateTally(Lexer lexer) {
        this.lexer = lexer;
    }

    /** Begins with the lexer's text of {@code length} bytes. */
    void begin(int length, StateNames known) {
        names = known;
        isAscii = NameHash.isAscii(lexer.bytes(), 0, length);
        collects = false;
        effects = 0;
        occasions = 0;
    }

    /** The same, but names are collected instead of looked up. */
    void collect(int length) {
        begin(length, StateNames.builtin());
        collects = true;
        count = 0;
    }

    /** The effects found, given the occasions of the text. */
    int effects() {
        return StateEffects.of(effects, occasions) | names.always();
    }

    int occasions() {
        return occasions;
    }

    /** The numbers of the names collected, sorted and without duplicates. */
    int[] collected() {
        int[] all = Arrays.copyOf(collected, count);
        Arrays.sort(all);
        int distinct = 0;
        for (int i = 0; i < all.length; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[distinct++] = all[i];
            }
        }
        return Arrays.copyOf(all, distinct);
    }

    void occasion(int more) {
        occasions |= more;
    }

    /** Notes effects of the current token. */
    void add(int more) {
        int added = more & ~effects;
        effects |= more;
        for (; added != 0; added &= added - 1) {
            int kind = Integer.numberOfTrailingZeros(added);
            starts[kind] = lexer.start();
            ends[kind] = lexer.end();
        }
    }

    /** The kind of effect that decides and was found at a token; -1 if there is none. */
    private int decisive() {
        StateClass worst = StateClass.of(effects());
        int first = -1;
        for (int kind = 0; kind < KINDS; kind++) {
            int occasion = kind / StateEffects.BITS;
            boolean counts =
                    (effects >> kind & 1) != 0
                            && (occasion == 0 || (occasions >> occasion - 1 & 1) != 0)
                            && StateClass.of(1 << kind % StateEffects.BITS) == worst;
            if (counts && (first < 0 || starts[kind] < starts[first])) {
                first = kind;
            }
        }
        return first;
    }

    /** The start of the first token that decides about the text; -1 if there is none. */
    int decidingStart() {
        int kind = decisive();
        return kind < 0 ? -1 : starts[kind];
    }

    int decidingEnd() {
        int kind = decisive();
        return kind < 0 ? -1 : ends[kind];
    }

    // --- names ----------------------------------------------------------------------------------

    /** Looks up the current token, which is a name. */
    void name() {
        Token token = lexer.token();
        int start = lexer.start();
        int end = lexer.end();
        if (token == Token.WORD && isAscii) {
            ascii(start, end);
        } else if (token == Token.WORD) {
            copied(start, end, false);
        } else if (token == Token.QUOTED_NAME) {
            quoted(start + 1, end - 1);
        } else if (Spelling.hasEscapes(lexer)) {
            add(StateEffects.SESSION); // any name
        } else {
            quoted(start + 3, end - 1);
        }
    }

    private void ascii(int start, int end) {
        byte[] bytes = lexer.bytes();
        int length = Math.min(end - start, Spelling.NAME_BYTES_MAX);
        if (collects || length > 0 && names.mayHave(bytes[start], length)) {
            number(NameHash.of(bytes, start, start + length));
        }
    }

    private void quoted(int start, int end) {
        byte[] bytes = lexer.bytes();
        boolean plain = isAscii;
        for (int p = start; p < end && plain; p++) {
            plain = bytes[p] != '"';
        }
        if (plain) {
            ascii(start, Math.max(start, end));
        } else {
            copied(start, end, true);
        }
    }

    /** A name that is not ASCII, or contains quotes. */
    private void copied(int start, int end, boolean isQuoted) {
        byte[] bytes = lexer.bytes();
        boolean ascii = NameHash.isAscii(bytes, start, Math.max(start, end));
        int length = 0;
        boolean inRun = false;
        for (int p = start; p < end && length < scratch.length - Lexer.PADDING; p++) {
            byte b = bytes[p];
            if (b >= 0 || !inRun) {
                scratch[length++] = b >= 0 ? b : NameHash.RUN;
            }
            inRun = b < 0;
            if (isQuoted && b == '"') {
                p++;
            }
        }
        if (ascii) {
            length = Math.min(length, Spelling.NAME_BYTES_MAX);
        } else {
            number(NameHash.CUT);
        }
        number(NameHash.of(scratch, 0, length));
    }

    private void number(int hash) {
        if (collects) {
            collectNumber(hash);
            return;
        }
        int found = names.effects(hash);
        if (found != 0) {
            add(found);
        }
    }

    private void collectNumber(int hash) {
        if (count == collected.length) {
            collected = Arrays.copyOf(collected, Math.max(64, 2 * count));
        }
        collected[count++] = hash;
    }

    // --- operators ------------------------------------------------------------------------------

    /**
     * Looks up the operator that begins with the current token, if one does, and leaves its last
     * byte current.
     */
    void operator() {
        byte[] bytes = lexer.bytes();
        int start = lexer.start();
        if (!collects && !names.hasOperators() || !ByteClass.isOperator(bytes[start])) {
            return;
        }
        int end = operatorEnd(bytes, start);
        while (lexer.end() < end) {
            lexer.next();
        }
        boolean unequal = end == start + 2 && bytes[start] == '!' && bytes[start + 1] == '=';
        number(unequal ? UNEQUAL : NameHash.of(bytes, start, end));
    }

    /**
     * PostgreSQL's rule: the longest run, without a comment, and without a + or - at its end unless
     * it contains certain other characters.
     */
    private static int operatorEnd(byte[] bytes, int start) {
        int end = start + 1;
        boolean mayEndWithSign = ENDS_WITH_SIGN.indexOf(bytes[start]) >= 0;
        while (ByteClass.isOperator(bytes[end]) && !isComment(bytes, end)) {
            mayEndWithSign |= ENDS_WITH_SIGN.indexOf(bytes[end]) >= 0;
            end++;
        }
        while (!mayEndWithSign
                && end > start + 1
                && (bytes[end - 1] == '+' || bytes[end - 1] == '-')) {
            end--;
        }
        return end;
    }

    private static boolean isComment(byte[] bytes, int p) {
        return bytes[p] == '-' && bytes[p + 1] == '-' || bytes[p] == '/' && bytes[p + 1] == '*';
    }
}
