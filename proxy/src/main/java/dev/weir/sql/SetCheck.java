package dev.weir.sql;

import static dev.weir.sql.StateEffects.OWN;
import static dev.weir.sql.StateEffects.SESSION;

/**
 * SET: whether it leaves something when the transaction ends. The current token is then the one
 * that names the parameter, or the one before it.
 */
final class SetCheck {
    private static final int SEED = NameHash.ofName("seed");

    private final Lexer lexer;
    private final StateTally tally;

    SetCheck(Lexer lexer, StateTally tally) {
        this.lexer = lexer;
        this.tally = tally;
    }

    /** Reads from SET. */
    void read() {
        Keyword word = lexer.peekKeyword();
        if (word == Keyword.TRANSACTION || word == Keyword.CONSTRAINTS) {
            lexer.next();
            if (isNamed()) {
                tally.add(OWN);
            }
            return;
        }
        boolean local = false;
        if (word == Keyword.LOCAL || word == Keyword.SESSION) {
            lexer.next();
            if (isNamed()) {
                tally.add(OWN); // local.a, session.a
                return;
            }
            local = word == Keyword.LOCAL;
        }
        parameter(local);
    }

    /** Whether the current word turns out to be part of a parameter's name. */
    private boolean isNamed() {
        Token next = lexer.peek();
        return next == Token.DOT || next == Token.EQUALS || lexer.peekKeyword() == Keyword.TO;
    }

    private void parameter(boolean local) {
        boolean named = lexer.peek().isName();
        if (!named) {
            tally.add(OWN);
            return;
        }
        lexer.next();
        boolean sure = lexer.token() == Token.WORD;
        if (!sure || lexer.peek() == Token.DOT) {
            /* A custom parameter leaves a placeholder. In quotes, the name may contain a dot. */
            tally.add(lexer.token() == Token.UNICODE_NAME ? OWN | SESSION : OWN);
        } else if (!local) {
            tally.add(OWN);
        }
        if (isSeed(sure ? 0 : 1)) {
            tally.add(SESSION);
        }
    }

    /** A seed is not undone at the end of a transaction. */
    private boolean isSeed(int quotes) {
        int start = lexer.start() + quotes;
        int end = lexer.end() - quotes;
        return end - start == 4 && NameHash.of(lexer.bytes(), start, end) == SEED;
    }
}
