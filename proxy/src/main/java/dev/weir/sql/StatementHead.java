package dev.weir.sql;

import static dev.weir.sql.StatementFacts.BEGIN;
import static dev.weir.sql.StatementFacts.CHAINS;
import static dev.weir.sql.StatementFacts.CLOSES_CURSOR;
import static dev.weir.sql.StatementFacts.COPY_FROM_STDIN;
import static dev.weir.sql.StatementFacts.COPY_TO_STDOUT;
import static dev.weir.sql.StatementFacts.CREATES_TEMPORARY;
import static dev.weir.sql.StatementFacts.DEALLOCATE_ALL;
import static dev.weir.sql.StatementFacts.DEALLOCATE_NAME;
import static dev.weir.sql.StatementFacts.DEFINES;
import static dev.weir.sql.StatementFacts.DISCARDS_SEQUENCES;
import static dev.weir.sql.StatementFacts.DISCARD_ALL;
import static dev.weir.sql.StatementFacts.DISCARD_OTHER;
import static dev.weir.sql.StatementFacts.DROPS;
import static dev.weir.sql.StatementFacts.EXECUTES;
import static dev.weir.sql.StatementFacts.HOLDS_CURSOR;
import static dev.weir.sql.StatementFacts.LISTENS;
import static dev.weir.sql.StatementFacts.LOADS;
import static dev.weir.sql.StatementFacts.PREPARES;
import static dev.weir.sql.StatementFacts.RESETS_PARAMETERS;
import static dev.weir.sql.StatementFacts.SAVEPOINT_CONTROL;
import static dev.weir.sql.StatementFacts.SETS_UNKNOWN_PARAMETERS;
import static dev.weir.sql.StatementFacts.TRANSACTION_END;
import static dev.weir.sql.StatementFacts.TWO_PHASE;
import static dev.weir.sql.StatementFacts.UNLISTENS;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The meaning of the first words of a statement: the command, and the few later words that have a
 * meaning only in this command.
 *
 * <p>{@link StatementWalk} drives it and reads on from the token that is then current.
 */
final class StatementHead {
    private final Lexer lexer;
    private final StatementFacts facts;
    private final ParameterCommands parameters;

    /** The command that the statement is or, after EXPLAIN, explains. */
    private Keyword command = Keyword.NONE;

    /** Whether an EXPLAIN's options in parentheses, or a query in them, are still to come. */
    private boolean explains;

    private boolean routine;

    StatementHead(Lexer lexer, StatementFacts facts, ParameterCommands parameters) {
        this.lexer = lexer;
        this.facts = facts;
        this.parameters = parameters;
    }

    void read() {
        explains = false;
        routine = false;
        command = Keyword.NONE;
        if (lexer.keyword() != Keyword.NONE) {
            command(lexer.keyword());
        }
    }

    /** Whether this is a CREATE FUNCTION or PROCEDURE, whose body may contain semicolons. */
    boolean isRoutine() {
        return routine;
    }

    /** Whether words, strings or closing parentheses after the head matter to the command. */
    boolean isAttentive() {
        return switch (command) {
            case COPY, CREATE, DO, SET -> true;
            default -> false;
        };
    }

    private void command(Keyword word) {
        command = word;
        switch (word) {
            case BEGIN -> facts.add(BEGIN);
            case START -> addIfNext(Keyword.TRANSACTION, BEGIN);
            case COMMIT, END, ROLLBACK, ABORT -> transactionEnd();
            case SAVEPOINT, RELEASE -> facts.add(SAVEPOINT_CONTROL);
            case SET -> parameters.set();
            case RESET -> parameters.reset();
            case DISCARD -> discard();
            case PREPARE -> prepare();
            case EXECUTE -> named(EXECUTES);
            case DEALLOCATE -> deallocate();
            case DECLARE -> declare();
            case CREATE -> create();
            case EXPLAIN -> explain();
            default -> facts.add(flag(word));
        }
    }

    /**
     * The view pg_settings, which an UPDATE or MERGE changes, perhaps after WITH, PREPARE or
     * EXPLAIN.
     */
    void settings() {
        switch (command) {
            case UPDATE, MERGE, WITH, PREPARE, EXPLAIN -> facts.add(SETS_UNKNOWN_PARAMETERS);
            default -> {}
        }
    }

    /** The flags of a command that its first word determines. */
    private static long flag(Keyword word) {
        return switch (word) {
            case LISTEN -> LISTENS;
            case UNLISTEN -> UNLISTENS;
            case DROP -> DROPS | DEFINES;
            case ALTER, GRANT, REVOKE, REASSIGN, IMPORT -> DEFINES;
            case CLOSE -> CLOSES_CURSOR;
            case LOAD -> LOADS;
            default -> 0;
        };
    }

    /** A word outside all parentheses that may continue the command. */
    void topLevel(Keyword word) {
        if (command == Keyword.COPY && word != Keyword.AS) {
            Keyword file = lexer.peekKeyword();
            if (file == Keyword.STDIN || file == Keyword.STDOUT) {
                facts.add(word == Keyword.FROM ? COPY_FROM_STDIN : COPY_TO_STDOUT);
            }
        } else if (command == Keyword.CREATE && word == Keyword.AS) {
            command = Keyword.AS;
            if (lexer.peekKeyword() == Keyword.EXECUTE) {
                lexer.next();
                named(EXECUTES);
            }
        }
    }

    /** The last open parenthesis was closed. */
    void closed() {
        if (explains) {
            explains = false;
            explained();
        }
    }

    /** A string: the body of a DO, or what a parameter is set to. */
    void string() {
        if (command == Keyword.DO) {
            body();
        } else if (command == Keyword.SET && Spelling.mentionsTemporarySchema(lexer)) {
            facts.add(CREATES_TEMPORARY);
        }
    }

    private void body() {
        Token token = lexer.token();
        boolean isPlain = token == Token.DOLLAR_STRING || token == Token.STRING;
        DoBody.classify(lexer.bytes(), lexer.start(), lexer.end(), facts);
        if (!isPlain) {
            byte[] read = Escapes.string(lexer).getBytes(StandardCharsets.UTF_8);
            DoBody.classify(
                    Arrays.copyOf(read, read.length + Lexer.PADDING), 0, read.length, facts);
        }
    }

    /**
     * An INTO that does not belong to an INSERT: {@code SELECT … INTO name}, or {@code INTO TEMP
     * name}, but not {@code INTO temp FROM}.
     */
    void into() {
        Keyword next = lexer.peekKeyword();
        if (next == Keyword.LOCAL || next == Keyword.GLOBAL) {
            lexer.next();
            next = lexer.peekKeyword();
        }
        if (next == Keyword.TEMP || next == Keyword.TEMPORARY) {
            lexer.next();
            if (lexer.peek().isName() && lexer.peekKeyword() != Keyword.FROM) {
                facts.add(CREATES_TEMPORARY);
                return;
            }
        }
        facts.add(DEFINES);
    }

    private void addIfNext(Keyword word, long flags) {
        if (lexer.peekKeyword() == word) {
            facts.add(flags);
        }
    }

    private void transactionEnd() {
        Keyword next = lexer.peekKeyword();
        if (next == Keyword.WORK || next == Keyword.TRANSACTION) {
            lexer.next();
            next = lexer.peekKeyword();
        }
        if (next == Keyword.PREPARED) {
            facts.add(TWO_PHASE | DEFINES); // what it has defined is seen only now
        } else if (next == Keyword.TO) {
            facts.add(SAVEPOINT_CONTROL);
        } else {
            facts.add(TRANSACTION_END);
            if (next == Keyword.AND) {
                lexer.next();
                addIfNext(Keyword.CHAIN, CHAINS);
            }
        }
    }

    private void discard() {
        Keyword what = lexer.peekKeyword();
        if (what == Keyword.ALL) {
            facts.add(DISCARD_ALL | SETS_UNKNOWN_PARAMETERS | RESETS_PARAMETERS);
        } else if (what == Keyword.SEQUENCES) {
            facts.add(DISCARD_OTHER | DISCARDS_SEQUENCES);
        } else {
            facts.add(DISCARD_OTHER);
        }
    }

    private void prepare() {
        if (lexer.peekKeyword() == Keyword.TRANSACTION) {
            lexer.next();
            if (lexer.peek().isString()) {
                facts.add(TRANSACTION_END | TWO_PHASE);
                return;
            }
            addName(PREPARES);
        } else {
            named(PREPARES);
        }
    }

    private void deallocate() {
        if (lexer.peekKeyword() == Keyword.PREPARE) {
            lexer.next();
            if (!lexer.peek().isName()) {
                addName(DEALLOCATE_NAME);
                return;
            }
        }
        if (lexer.peekKeyword() == Keyword.ALL) {
            facts.add(DEALLOCATE_ALL);
        } else {
            named(DEALLOCATE_NAME);
        }
    }

    /** The next token is the name of a prepared statement. */
    private void named(long flag) {
        if (lexer.peek().isName()) {
            lexer.next();
            addName(flag);
        }
    }

    private void addName(long flag) {
        facts.add(flag);
        facts.addName(Spelling.name(lexer), lexer.start(), lexer.end());
    }

    private void declare() {
        lexer.next();
        while (lexer.peek() == Token.WORD && lexer.peekKeyword() != Keyword.FOR) {
            lexer.next();
            if (lexer.keyword() == Keyword.WITH) {
                addIfNext(Keyword.HOLD, HOLDS_CURSOR);
            }
        }
    }

    private void create() {
        Keyword next = lexer.peekKeyword();
        while (next == Keyword.OR
                || next == Keyword.REPLACE
                || next == Keyword.LOCAL
                || next == Keyword.GLOBAL) {
            lexer.next();
            next = lexer.peekKeyword();
        }
        if (next == Keyword.TEMP || next == Keyword.TEMPORARY) {
            facts.add(CREATES_TEMPORARY);
        } else {
            facts.add(DEFINES);
        }
        routine = next == Keyword.FUNCTION || next == Keyword.PROCEDURE;
    }

    private void explain() {
        Keyword next = lexer.peekKeyword();
        while (next == Keyword.ANALYZE || next == Keyword.ANALYSE || next == Keyword.VERBOSE) {
            lexer.next();
            next = lexer.peekKeyword();
        }
        explains = lexer.peek() == Token.OPEN;
        explained();
    }

    private void explained() {
        Keyword next = lexer.peekKeyword();
        if (next == Keyword.CREATE || next == Keyword.EXECUTE || next == Keyword.DECLARE) {
            lexer.next();
            command(next);
        }
    }
}
