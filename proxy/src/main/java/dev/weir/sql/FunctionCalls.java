package dev.weir.sql;

import static dev.weir.sql.StatementFacts.CREATES_TEMPORARY;
import static dev.weir.sql.StatementFacts.SESSION_LOCK;
import static dev.weir.sql.StatementFacts.SESSION_UNLOCK;
import static dev.weir.sql.StatementFacts.SETS_UNKNOWN_PARAMETERS;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls of functions that change the session, anywhere in a statement.
 *
 * <p>A {@code set_config} is open from its first argument, the name of the parameter, to its third,
 * which decides how long the value lasts. Calls nest at most {@link #OPEN_MAX} deep; a deeper one
 * is treated as if it set an unknown parameter.
 */
final class FunctionCalls {
    static final int OPEN_MAX = 8;

    private static final Set<String> TRUE_TEXTS = Set.of("true", "t", "yes", "y", "on", "1");

    private final Lexer lexer;
    private final StatementFacts facts;
    private final ParameterCommands parameters;

    /**
     * The parameter that each open call sets, the depth of its parentheses and the commas seen
     * there, outermost first.
     */
    private final @Nullable String[] names = new @Nullable String[OPEN_MAX];

    private final int[] depths = new int[OPEN_MAX];
    private final int[] commas = new int[OPEN_MAX];
    private int open;

    FunctionCalls(Lexer lexer, StatementFacts facts, ParameterCommands parameters) {
        this.lexer = lexer;
        this.facts = facts;
        this.parameters = parameters;
    }

    void clear() {
        if (open > 0) {
            open = 0;
            Arrays.fill(names, null);
        }
    }

    /** Whether a call still waits for its last argument. */
    boolean isOpen() {
        return open > 0;
    }

    /**
     * Records the call if the current token names one of these functions and arguments follow. True
     * if it read the opening parenthesis, and perhaps the first argument.
     */
    boolean named(Keyword function, int depth) {
        switch (function) {
            case SET_CONFIG -> {
                if (lexer.peek() == Token.OPEN) {
                    lexer.next();
                    setConfig(depth + 1);
                    return true;
                }
            }
            case PG_ADVISORY_LOCK,
                    PG_ADVISORY_LOCK_SHARED,
                    PG_TRY_ADVISORY_LOCK,
                    PG_TRY_ADVISORY_LOCK_SHARED ->
                    addIfCalled(SESSION_LOCK);
            case PG_ADVISORY_UNLOCK, PG_ADVISORY_UNLOCK_SHARED, PG_ADVISORY_UNLOCK_ALL ->
                    addIfCalled(SESSION_UNLOCK);
            default -> {}
        }
        return false;
    }

    /** A name with Unicode escapes may be that of any function, or of the temporary schema. */
    void hidden() {
        if (Spelling.hasEscapes(lexer)) {
            Token next = lexer.peek();
            if (next == Token.OPEN || lexer.peekKeyword() == Keyword.UESCAPE) {
                facts.add(SETS_UNKNOWN_PARAMETERS | SESSION_LOCK);
            }
            if (next == Token.DOT || lexer.peekKeyword() == Keyword.UESCAPE) {
                facts.add(CREATES_TEMPORARY);
            }
        }
    }

    /** A string may be the value of an open call. */
    void string() {
        if (open > 0 && Spelling.mentionsTemporarySchema(lexer)) {
            facts.add(CREATES_TEMPORARY);
        }
    }

    void comma(int depth) {
        if (open > 0 && depths[open - 1] == depth && ++commas[open - 1] == 2) {
            boolean local = readTrue() && lexer.peek() == Token.CLOSE;
            parameters.change(names[open - 1], local);
        }
    }

    void close(int depth) {
        if (open > 0 && depths[open - 1] == depth) {
            open--;
            if (commas[open] < 2) {
                parameters.change(names[open], false);
            }
            names[open] = null;
        }
    }

    private void addIfCalled(long flag) {
        if (lexer.peek() == Token.OPEN) {
            facts.add(flag);
        }
    }

    private void setConfig(int depth) {
        String name = null;
        if (lexer.peek().isString()) {
            lexer.next();
            name = Spelling.text(lexer);
            if (lexer.peek() == Token.CAST) {
                lexer.next();
                if (lexer.peekKeyword() == Keyword.TEXT || lexer.peekKeyword() == Keyword.VARCHAR) {
                    lexer.next();
                }
            }
            if (lexer.peek() != Token.COMMA) {
                name = null;
            }
        }
        if (open == OPEN_MAX) {
            parameters.change(null, false);
            return;
        }
        names[open] = name;
        depths[open] = depth;
        commas[open++] = 0;
    }

    /** Reads a literal that is true, if one comes next. */
    private boolean readTrue() {
        if (lexer.peekKeyword() == Keyword.TRUE) {
            lexer.next();
            return true;
        }
        if (!lexer.peek().isString()) {
            return false;
        }
        lexer.next();
        String text = Spelling.text(lexer);
        return text != null && TRUE_TEXTS.contains(text.toLowerCase(Locale.ROOT));
    }
}
