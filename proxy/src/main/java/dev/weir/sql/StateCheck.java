package dev.weir.sql;

import static dev.weir.sql.StateEffects.DELETES;
import static dev.weir.sql.StateEffects.INSERTS;
import static dev.weir.sql.StateEffects.OWN;
import static dev.weir.sql.StateEffects.SESSION;
import static dev.weir.sql.StateEffects.TAINTS;
import static dev.weir.sql.StateEffects.UPDATES;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds out what a text may leave in the session that runs it, in one pass over its tokens and
 * without allocation. Reusable; confined to one thread.
 *
 * <p>A text leaves nothing if each of its statements begins with a word of {@link #command} and no
 * name or operator in it, whatever it refers to, is among the {@link StateNames}. A text that it
 * does not understand may leave anything. Only for texts that PostgreSQL accepts must it never err
 * in the other direction: any other text has no effect.
 */
public final class StateCheck {
    /*
     * Semicolons in parentheses or in the body of an SQL routine are taken for the end of a
     * statement. They occur only in a CREATE, which has already been judged by then.
     */

    private final Lexer lexer = new Lexer();
    private final StateTally tally = new StateTally(lexer);
    private final SetCheck set = new SetCheck(lexer, tally);
    private byte[] scratch = new byte[1_024];

    /** Whether the next word determines what the statement does. */
    private boolean atHead;

    private boolean explains;

    /** Whether a statement defines something in the catalog that is not temporary. */
    private boolean defines;

    /** Whether the current statement is the only one that does, unless it says TEMPORARY. */
    private boolean mayBeTemporary;

    private Keyword command = Keyword.NONE;
    private Keyword before = Keyword.NONE;
    private int depth;

    /**
     * The {@link StateEffects} of the {@code length} bytes at {@code start}, without the
     * terminating NUL. Borrows {@code in}.
     */
    public int effects(ByteBuf in, int start, int length, LexicalRules rules, StateNames names) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return OWN | SESSION;
        }
        int needed = length + Lexer.PADDING;
        if (scratch.length < needed) {
            scratch = new byte[Integer.highestOneBit(needed) << 1];
        }
        Classifier.copy(in, start, scratch, length);
        Arrays.fill(scratch, length, needed, (byte) 0);
        return effects(scratch, length, rules.of(in, start, length), names);
    }

    /**
     * The same for {@code length} bytes, which are followed by {@link Lexer#PADDING} zero bytes.
     */
    int effects(byte[] text, int length, LexicalRules rules, StateNames names) {
        if (length > Classifier.TEXT_BYTES_MAX) {
            return OWN | SESSION;
        }
        lexer.reset(text, rules.hasStandardStrings());
        tally.begin(length, names);
        if (rules == LexicalRules.AMBIGUOUS_BYTES) {
            tally.add(OWN | SESSION);
        }
        walk(length);
        return tally.effects() | (defines ? StateEffects.DEFINES : 0);
    }

    /**
     * All names in a text, whatever they refer to, and the symbols of its operators, as sorted
     * numbers: two texts that name the same thing have a number in common. Not for the data plane.
     */
    int[] names(byte[] text, int length, LexicalRules rules) {
        collect(text, length, rules.hasStandardStrings());
        return tally.collected();
    }

    /** Reads the body of an SQL function. */
    RoutineState routine(byte[] text, int length, boolean standardStrings) {
        collect(text, length, standardStrings);
        return new RoutineState(tally.effects(), tally.occasions(), tally.collected());
    }

    private void collect(byte[] text, int length, boolean standardStrings) {
        lexer.reset(text, standardStrings);
        tally.collect(length);
        walk(length);
    }

    /**
     * The word, name or operator that decides about the text, as spelled there; empty if it is
     * clean, or was not read. Valid for the bytes that were last checked.
     */
    public String deciding() {
        int start = tally.decidingStart();
        return start < 0
                ? ""
                : new String(
                        lexer.bytes(), start, tally.decidingEnd() - start, StandardCharsets.UTF_8);
    }

    private void walk(int length) {
        defines = false;
        begin();
        for (Token token = lexer.next(); token != Token.END; token = lexer.next()) {
            look(token);
        }
        if (lexer.unterminated() || lexer.end() < length) {
            tally.add(OWN | SESSION);
        }
    }

    private void begin() {
        mayBeTemporary = false;
        atHead = true;
        explains = false;
        command = Keyword.NONE;
        before = Keyword.NONE;
        depth = 0;
    }

    private void look(Token token) {
        switch (token) {
            case WORD -> word();
            case QUOTED_NAME, UNICODE_NAME -> {
                quotedName();
                before = Keyword.NONE;
            }
            case SEMICOLON -> begin();
            case OPEN -> depth++;
            case CLOSE -> depth--;
            case EQUALS, OTHER -> {
                unlessAtHead();
                tally.operator();
            }
            default -> unlessAtHead();
        }
    }

    private void unlessAtHead() {
        if (atHead && !explains) {
            tally.add(OWN | SESSION);
        }
    }

    private void quotedName() {
        unlessAtHead();
        int quote = lexer.token() == Token.UNICODE_NAME ? 3 : 1;
        Keyword word =
                Keyword.ofQuoted(
                        lexer.bytes(),
                        lexer.start() + quote,
                        lexer.end() - lexer.start() - quote - 1);
        if (word == Keyword.PG_TEMP_) {
            tally.add(OWN);
        }
        tally.name();
    }

    private void word() {
        Keyword word = lexer.keyword();
        if (!atHead) {
            if (word != Keyword.NONE) {
                inner(word);
            }
            tally.name();
        } else if (explains && (depth > 0 || isOption(word))) {
            inner(word); // options, or a query in parentheses
            tally.name();
        } else {
            atHead = false;
            explains = false;
            command = word;
            command(word);
        }
        before = word;
    }

    private static boolean isOption(Keyword word) {
        return word == Keyword.ANALYZE || word == Keyword.ANALYSE || word == Keyword.VERBOSE;
    }

    private void command(Keyword word) {
        switch (word) {
            case SELECT, VALUES, TABLE, WITH, CALL, SHOW, FETCH, MOVE, CLOSE, LOCK, NOTIFY -> {}
            case BEGIN, START, COMMIT, END, ROLLBACK, ABORT, SAVEPOINT, RELEASE, DECLARE -> {}
            case INSERT, UPDATE, DELETE, MERGE, COPY -> inner(word);
            case EXPLAIN -> {
                atHead = true;
                explains = true;
            }
            case SET -> set.read();
            case RESET, PREPARE, DEALLOCATE, DISCARD, LISTEN, UNLISTEN -> tally.add(OWN);
            case LOAD -> tally.add(TAINTS);
            case DO, EXECUTE -> tally.add(SESSION);
            default -> {
                tally.add(SESSION);
                mayBeTemporary = word == Keyword.CREATE && !defines;
                defines = true;
            }
        }
    }

    /** Handles a word that matters anywhere in a statement; it may still be a name. */
    private void inner(Keyword word) {
        switch (word) {
            case INSERT, COPY, DEFAULT -> tally.occasion(INSERTS);
            case UPDATE -> {
                if (before != Keyword.FOR && before != Keyword.KEY) { // else it locks rows
                    tally.occasion(UPDATES);
                }
            }
            case DELETE -> tally.occasion(DELETES);
            case MERGE -> tally.occasion(INSERTS | UPDATES | DELETES);
            case INTO -> into();
            case TEMP, TEMPORARY -> {
                if (command == Keyword.CREATE) {
                    tally.add(OWN);
                    defines &= !mayBeTemporary;
                }
            }
            case HOLD -> {
                if (command == Keyword.DECLARE && before != Keyword.WITHOUT) {
                    tally.add(OWN);
                }
            }
            case PG_TEMP_ -> tally.add(OWN);
            default -> {}
        }
    }

    private void into() {
        if (before != Keyword.INSERT && before != Keyword.MERGE) {
            tally.add(SESSION); // creates a table
            Keyword next = lexer.peekKeyword();
            if (next == Keyword.TEMP
                    || next == Keyword.TEMPORARY
                    || next == Keyword.LOCAL
                    || next == Keyword.GLOBAL) {
                tally.add(OWN);
            }
        }
    }
}
