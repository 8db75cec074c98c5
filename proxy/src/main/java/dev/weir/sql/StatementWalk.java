package dev.weir.sql;

import static dev.weir.sql.StatementFacts.CREATES_TEMPORARY;

/**
 * The walk over the tokens of one statement, from its first to the semicolon or the end.
 *
 * <p>The head may read ahead over words and names, but never over a parenthesis or a semicolon,
 * because they are counted here.
 */
final class StatementWalk {
    private final Lexer lexer;
    private final StatementFacts facts;
    private final FunctionCalls calls;
    private final StatementHead head;

    /** How many parentheses and brackets are open. */
    private int depth;

    /** How many bodies of SQL routines are open. */
    private int atomic;

    StatementWalk(Lexer lexer, StatementFacts facts) {
        this.lexer = lexer;
        this.facts = facts;
        ParameterCommands parameters = new ParameterCommands(lexer, facts);
        calls = new FunctionCalls(lexer, facts, parameters);
        head = new StatementHead(lexer, facts, parameters);
    }

    /** Reads from the current token to the semicolon or the end, which is then current. */
    void statement() {
        depth = 0;
        atomic = 0;
        calls.clear();
        head.read();
        Token token = lexer.token();
        while (token != Token.END && (token != Token.SEMICOLON || depth > 0 || atomic > 0)) {
            look(token);
            token = head.isAttentive() || calls.isOpen() ? lexer.next() : lexer.nextTelling();
        }
    }

    private void look(Token token) {
        switch (token) {
            case WORD -> {
                if (lexer.keyword() != Keyword.NONE) {
                    word(lexer.keyword());
                }
            }
            case OPEN -> depth++;
            case CLOSE -> {
                calls.close(depth);
                depth = Math.max(0, depth - 1);
                if (depth == 0) {
                    head.closed();
                }
            }
            case SEMICOLON -> closeRoutine();
            case COMMA -> calls.comma(depth);
            case QUOTED_NAME -> name(quotedWord(1));
            case UNICODE_NAME -> {
                calls.hidden();
                name(quotedWord(3));
            }
            case DOLLAR_STRING, STRING, ESCAPE_STRING, UNICODE_STRING -> {
                head.string();
                calls.string();
            }
            default -> {}
        }
    }

    private Keyword quotedWord(int quotes) {
        return Keyword.ofQuoted(
                lexer.bytes(), lexer.start() + quotes, lexer.end() - lexer.start() - quotes - 1);
    }

    private void name(Keyword name) {
        if (name == Keyword.PG_TEMP || name == Keyword.PG_TEMP_) {
            facts.add(CREATES_TEMPORARY);
        } else if (name == Keyword.PG_SETTINGS) {
            head.settings();
        } else if (calls.named(name, depth)) {
            depth++;
        }
    }

    private void word(Keyword word) {
        switch (word) {
            case INTO -> head.into();
            case INSERT, MERGE -> {
                if (lexer.peekKeyword() == Keyword.INTO) {
                    lexer.next();
                }
            }
            case BEGIN -> {
                if (head.isRoutine() && depth == 0 && lexer.peekKeyword() == Keyword.ATOMIC) {
                    lexer.next();
                    atomic++;
                    closeRoutine();
                }
            }
            case AS, FROM, TO -> {
                if (depth == 0) {
                    head.topLevel(word);
                }
            }
            default -> name(word);
        }
    }

    /**
     * The body of a routine ends with an END directly after a semicolon or ATOMIC; any other END
     * ends a CASE or is a label.
     */
    private void closeRoutine() {
        if (atomic > 0 && depth == 0 && lexer.peekKeyword() == Keyword.END) {
            lexer.next();
            atomic--;
        }
    }
}
